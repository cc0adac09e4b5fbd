"""Reads what a form sends."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import falcon.asgi

from gateway.api.commands import body
from gateway.problems import Problem

Form = Mapping[str, list[str]]


async def read(request: falcon.asgi.Request) -> Form:
    """Name -> values. Raises Problem 413, 415, 400."""
    data = await body.read_bytes(request, body.PUBLIC_LIMIT, "application/x-www-form-urlencoded")
    try:
        return parse_qs(data.decode(), keep_blank_values=True, max_num_fields=500, errors="strict")
    except ValueError as error:
        raise Problem("bad_request", "The form cannot be read.") from error


def one(form: Form, name: str) -> str:
    """The value of a field, "" where it is missing."""
    return form.get(name, [""])[0]


def filter_of(form: Form) -> dict[str, Any]:
    """A subscription's filter from the checkboxes of _filter.html."""
    return {
        "everything": one(form, "everything") == "1",
        "regions": form.get("regions", []),
        "themes": form.get("themes", []),
        "consortia": form.get("consortia", []),
        "working_groups": form.get("working_groups", []),
    }


def admission_of(form: Form, admission: Mapping[str, Any] | None, *, changes: bool = False) -> dict[str, Any]:
    """How many come and the answers, as far as the event asks (_admission.html). changes: of a sign-up that is there
    already, whose group may be larger than is allowed now."""
    asked = admission or {}
    found: dict[str, Any] = {}
    if asked.get("group_most", 1) > 1 or (changes and "size" in form):
        size = one(form, "size").strip()
        found["size"] = int(size) if size.isascii() and size.isdecimal() and len(size) < 5 else 0
    if asked.get("by_code") and not changes:
        found["code"] = one(form, "code").strip()
    if asked.get("questions"):
        found["answers"] = {
            question["id"]: one(form, f"answer-{question['id']}").replace("\r\n", "\n")
            for question in asked["questions"]
        }
    return found
