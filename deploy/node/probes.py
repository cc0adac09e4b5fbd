"""Is it ready? One quick question each; False while the answer is no or none."""

import contextlib
import json
import socket
import urllib.error
import urllib.request
from typing import Any

_AMQP_HELLO = b"AMQP\x00\x00\x09\x01"


def listens(port: int, host: str = "127.0.0.1") -> bool:
    """Something takes connections there."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=0.5):
        return True
    return False


def speaks_amqp(port: int, host: str = "127.0.0.1") -> bool:
    """A broker there answers the protocol header with a method frame (Connection.Start)."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=0.5) as connection:
        connection.settimeout(1.0)
        connection.sendall(_AMQP_HELLO)
        return connection.recv(1) == b"\x01"
    return False


def pings(uri: str, limit: float = 0.5) -> bool:
    """A store there answers, as one that can be written to."""
    from pymongo import MongoClient
    from pymongo.errors import PyMongoError

    milliseconds = int(limit * 1000)
    client: MongoClient[dict[str, Any]] = MongoClient(
        uri, serverSelectionTimeoutMS=milliseconds, connectTimeoutMS=milliseconds, socketTimeoutMS=2000
    )
    try:
        return bool(client.admin.command("hello").get("isWritablePrimary"))
    except PyMongoError:
        return False
    finally:
        client.close()


def fetch_json(url: str, limit: float = 1.0) -> tuple[int, Any]:
    """(status, body) of a GET, for any status; (0, None) when nothing answers or it is not JSON."""
    try:
        with urllib.request.urlopen(url, timeout=limit) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            try:
                return error.code, json.load(error)
            except ValueError:
                return error.code, None
    except (OSError, ValueError):
        return 0, None
