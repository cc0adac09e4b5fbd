"""What a refusal says besides its sentence reaches the client: /openapi.json must know it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from gateway.openapi import ProblemDocument
from services.contracts import errors

SERVICES = Path(__file__).resolve().parents[2] / "services"
REFUSALS = {name for name, found in vars(errors).items() if isinstance(found, type)}


def details() -> Iterator[tuple[str, str]]:
    """(member, where) of every details that a service's code writes out."""
    for file in SERVICES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
                for written in (given for given in node.args[1:] if isinstance(given, ast.Dict)):
                    for key in written.keys:
                        assert isinstance(key, ast.Constant), f"{file}:{node.lineno}: its members can't be read here"
                        yield str(key.value), f"{file.relative_to(SERVICES)}:{node.lineno}"


def test_every_member_of_a_problem_is_in_the_document() -> None:
    found = list(details())
    assert {"errors", "organisation"} <= {member for member, _ in found}
    assert [(member, where) for member, where in found if member not in ProblemDocument().fields] == []
