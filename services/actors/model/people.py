"""Accounts, and the mandates that say who may act for whom."""

from dataclasses import dataclass
from typing import Literal

from services.contracts.permissions import Role

from .record import Record


@dataclass(frozen=True, slots=True)
class Account(Record):
    """A person who can sign in. Personal data: email, name, language; reason: to let them in and to write to them.

    email_key: the address folded; one address has one account.
    """

    state: Literal["open"]
    email: str
    email_key: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Mandate(Record):
    """`account` may act in `role` for `target`. There is one record for the three, granted and revoked in turn.

    delegated: a partner of the organisation granted it, and may take it back.
    """

    state: Literal["granted", "revoked"]
    account: str
    role: Role
    target: str
    delegated: bool = False


def fold_address(email: str) -> str:
    """An address as it is compared. Mail servers that tell A@ from a@ are rarer than people who type both."""
    return email.casefold()
