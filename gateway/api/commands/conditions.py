"""Headers of a command: Idempotency-Key, If-Match, and the ETag of its answer."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

import falcon.asgi

from gateway.auth import Caller
from gateway.problems import Problem
from services.contracts.identifiers import COMMAND, new_id

_KEY: Final = re.compile(r"^[\x21-\x7e]{1,255}$")
_ETAG: Final = re.compile(r'^(?:W/)?"(\d{1,9})-(\d{1,15})(?:[.;][^"]*)?"$')


def command_id_of(request: falcon.asgi.Request, caller: Caller) -> str:
    """The command's id: the same for a repeat with the same Idempotency-Key by the same caller, else a new one.

    The service compares the contents of a repeat, and refuses another (`key_reused`). Raises Problem 400 for a key
    that is not 1 to 255 visible ASCII characters.
    """
    key = request.get_header("Idempotency-Key")
    if key is None:
        return new_id(COMMAND)
    if _KEY.match(key) is None:
        raise Problem("bad_request", "Idempotency-Key must have 1 to 255 visible ASCII characters.")
    who = caller.principal.account or caller.principal.kind
    named = f"{who}\n{request.method}\n{request.relative_uri}\n{key}"
    return f"{COMMAND}_{hashlib.sha256(named.encode()).hexdigest()}"


def expected_version(request: falcon.asgi.Request, incarnation: int, allowed: bool) -> int | None:
    """The version that If-Match names, None without it (or with `*`).

    incarnation: this node's; an ETag of another is of a record that is no more as it was. Raises Problem 412, or 400
    where this command takes no condition, or the ETag is none of ours.
    """
    header = request.get_header("If-Match")
    if header is None or header.strip() == "*":
        return None
    if not allowed:
        raise Problem("bad_request", "This request takes no If-Match.")
    match = _ETAG.match(header.strip())
    if match is None:
        raise Problem("bad_request", 'If-Match must be one ETag of the record, such as "1-5".')
    if int(match[1]) != incarnation:
        raise Problem("version_mismatch", "The record changed since you read it; the node was restored meanwhile.")
    return int(match[2])


def etag_of(record: Mapping[str, Any]) -> str | None:
    """The ETag of a record (`"<incarnation>-<version>"`), None for what is no record."""
    incarnation, version = record.get("incarnation"), record.get("version")
    if not isinstance(incarnation, int) or not isinstance(version, int):
        return None
    return f'"{incarnation}-{version}"'
