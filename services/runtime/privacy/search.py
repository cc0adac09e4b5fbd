"""A search of every document of a database: what still holds an address, in whatever field and form.

Strings are read as they are; what is JSON or Base64 is opened as well. Reading yields to other work of the process.
"""

import hashlib
import re
import time
from base64 import urlsafe_b64decode
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import bson
import orjson

from services.contracts.addresses import Mention, addresses_in, fold, hash_of
from services.runtime.store import Document, Store

ERASED: Final = ""
_MOST_IDS: Final = 20
_AT_ONCE: Final = 200
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_TRANSLATED: Final = str.maketrans("+/", "-_")


def trace(store: Store, collection: str, address: str) -> dict[str, Any]:
    """contracts' Trace of one collection."""
    found, count, digest = [], 0, hashlib.sha256()
    mention = Mention(address)
    for document in _all(store, collection):
        count += 1
        digest.update(bson.encode(document))
        if _holds(document, mention):
            found.append(str(document["_id"]))
    return {
        "collection": collection,
        "documents": count,
        "holding": len(found),
        "ids": [mention.taken_out_of(one) for one in found[:_MOST_IDS]],
        "fingerprint": digest.hexdigest(),
    }


def collections(store: Store) -> list[str]:
    """All that the database has."""
    return sorted(name for name in store.list_collection_names() if not name.startswith("system."))


def known_again(store: Store, secret: bytes, hashes: Collection[str]) -> dict[str, str]:
    """Those of these hashes whose address stands anywhere in the database: hash -> address, folded."""
    seen: dict[str, str] = {}
    for collection in collections(store):
        for document in _all(store, collection):
            for text in _texts(document):
                for address in addresses_in(text):
                    if address not in seen:
                        seen[address] = hash_of(secret, address)
    return {hashed: address for address, hashed in seen.items() if hashed in hashes}


def redact(store: Store, collection: str, address: str, references: Collection[str], names: Collection[str]) -> int:
    """Takes the address out of a collection's documents; and the names, where the document is about the references.

    Only for what the runtime itself keeps (answers of commands, errors): records have rules. How many it changed.
    """
    mention, folded, changed = Mention(address), {fold(name) for name in names if name}, 0
    about = frozenset(references)
    for document in _all(store, collection):
        holds = _holds(document, mention)
        if not holds and not (folded and about and any(text in about for text in _strings(document))):
            continue
        after = {key: value if key == "_id" else _cleaned(value, mention, folded) for key, value in document.items()}
        if after != document:
            store[collection].replace_one({"_id": document["_id"]}, after)
            changed += 1
    return changed


def _all(store: Store, collection: str) -> Iterator[Document]:
    for number, document in enumerate(store[collection].find({}, batch_size=_AT_ONCE)):
        if number % _AT_ONCE == _AT_ONCE - 1:
            time.sleep(0)  # eventlet's: other calls go on
        yield document


def _holds(value: Any, mention: Mention) -> bool:
    return any(mention.stands_in(text) for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    """Every string in it, and what strings hold in other forms."""
    for text in _strings(value):
        yield text
        if text[:1] in ("{", "["):
            try:
                yield from _strings(orjson.loads(text))
            except ValueError:
                continue
        elif "@" not in text:
            for coded in _BASE64.findall(text):
                opened = _opened(coded)
                if opened:
                    yield opened


def _opened(coded: str) -> str:
    plain = coded.rstrip("=").translate(_TRANSLATED)
    try:
        text = urlsafe_b64decode(plain + "=" * (-len(plain) % 4)).decode()
    except ValueError:
        return ""
    return text if "@" in text else ""


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode(errors="replace")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def _cleaned(value: Any, mention: Mention, names: Collection[str]) -> Any:
    if isinstance(value, str):
        return ERASED if fold(value) in names else _without(value, mention, names)
    if isinstance(value, Mapping):
        return {key: _cleaned(inner, mention, names) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(inner, mention, names) for inner in value]
    return value


def _without(text: str, mention: Mention, names: Collection[str]) -> str:
    """`Name <address>` loses both; a name alone within a text may be anybody's."""
    if not mention.stands_in(text):
        return text
    for name in names:
        text = re.sub(re.escape(name), ERASED, text, flags=re.IGNORECASE)
    return mention.taken_out_of(text)
