"""Tokens of the links in mails: an id and an HMAC of (purpose, id). Nothing is stored, a repeat makes the same one."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from services.contracts.errors import NotFound


def token_of(secret: bytes, purpose: str, record_id: str) -> str:
    """The token for a record, e.g. token_of(secret, "sign_up", "sgn_...")."""
    mac = hmac.new(secret, f"{purpose}\0{record_id}".encode(), sha256).digest()
    return f"{record_id}.{urlsafe_b64encode(mac[:24]).decode()}"


def read_token(secret: bytes, purpose: str, token: str) -> str:
    """The record's id. Raises NotFound for a token that is not ours, or for another purpose."""
    record_id, _, _ = token.rpartition(".")
    if not hmac.compare_digest(token_of(secret, purpose, record_id).encode(), token.encode()):
        raise not_ours()
    return record_id


def not_ours() -> NotFound:
    """What a token that is not ours, or for something else, is answered with."""
    return NotFound("This link is not valid. Take the newest one from your mail.")
