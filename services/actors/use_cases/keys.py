"""API keys. The secret is made for the answer alone: neither the record nor the command's stored answer has it."""

from datetime import timedelta
from typing import Any

from services.actors import model
from services.actors.model import Key
from services.actors.store import ActorStore
from services.contracts import identifiers, rpc
from services.contracts.errors import Forbidden, TooMany
from services.contracts.permissions import Target
from services.contracts.schemas import actors
from services.runtime.documents import to_values
from services.runtime.work import Work

from .authority import first_facts

Arguments = dict[str, Any]


def issue_key(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """A key for one's own account (or, by the operator, for another's), with no more scopes than the caller has.

    Gives {"key": KeyRecord}; reveal_key adds the secret. Raises Forbidden, SignInNeeded, NotFound, TooMany.
    """
    work.require("actors.key.issue", Target(account=arguments["account"]))
    beyond = sorted(set(arguments["scopes"]) - work.principal.scopes)
    if beyond:
        raise Forbidden(f"You act without {', '.join(beyond)} yourself, so you can't give it to a key.")
    account = store.accounts.get(arguments["account"])
    live = [key for key in store.issued_keys_of(account.id) if key.expires > work.now]
    if len(live) >= model.MOST_KEYS:
        raise TooMany(f"An account has at most {model.MOST_KEYS} keys. Revoke one that is no longer used.")
    key = _new_key(work, arguments)
    store.keys.add(key)
    work.tell("actors.key.issued", to_values(key), "node")
    return {"key": _shown(key)}


def reveal_key(node_secret: bytes, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with the key's secret."""
    return {**answer, "secret": model.secret_of_key(node_secret, answer["key"]["id"])}


def revoke_key(work: Work, store: ActorStore, arguments: Arguments) -> dict[str, Any]:
    """Revoking what is revoked gives the same. Raises NotFound, Forbidden, SignInNeeded."""
    before = store.keys.get(arguments["id"])
    work.require("actors.key.issue", Target(account=before.account))
    if before.state == "revoked":
        return to_values(before)
    revoked = model.next_version(before, work.now, work.origin.incarnation, state="revoked")
    store.keys.replace(revoked)
    work.tell("actors.key.revoked", to_values(revoked), "node")
    return to_values(revoked)


def keys(work: Work, store: ActorStore, arguments: Arguments) -> list[dict[str, Any]]:
    """All keys of an account, revoked ones too, oldest first. Raises Forbidden, SignInNeeded."""
    work.require("actors.account.read", Target(account=arguments["account"]))
    work.saw("key", arguments["account"], [arguments["account"]])
    return [to_values(key) for key in store.keys_of(arguments["account"])]


def _new_key(work: Work, arguments: Arguments) -> Key:
    key_id = identifiers.new_id(identifiers.KEY)
    return Key(
        **first_facts(work, key_id),
        state="issued",
        account=arguments["account"],
        name=arguments["name"],
        hash=model.hash_of(model.secret_of_key(work.secret, key_id)),
        scopes=tuple(arguments["scopes"]),
        expires=work.now + timedelta(days=arguments["days"]),
    )


def _shown(key: Key) -> dict[str, Any]:
    return rpc.dump(actors.KeyRecord, to_values(key))
