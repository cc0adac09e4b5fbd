"""Puts the methods that several resources have for one path together: Falcon wants one resource a path."""

from collections.abc import Iterable
from typing import Any, Final

from gateway.dependencies import Route
from gateway.openapi import Operation

_VERBS: Final = ("get", "head", "post", "put", "patch", "delete")


class Path:
    """One path and all its methods. HEAD is GET without the body, which the server leaves out."""

    def __init__(self, template: str) -> None:
        self.template = template
        self.documentation: dict[str, Operation] = {}

    def add(self, resource: Any) -> None:
        """Takes over the responders of a resource. Raises ValueError when two have the same method."""
        for verb in _VERBS:
            responder = getattr(resource, f"on_{verb}", None)
            if responder is None:
                continue
            if hasattr(self, f"on_{verb}"):
                raise ValueError(f"{verb.upper()} {self.template} is answered twice")
            setattr(self, f"on_{verb}", responder)
        self.documentation |= getattr(resource, "documentation", {})

    def finish(self) -> None:
        if hasattr(self, "on_get") and not hasattr(self, "on_head"):
            setattr(self, "on_head", self.on_get)  # noqa: B010 - Falcon looks responders up by name


def by_path(routes: Iterable[Route]) -> list[Path]:
    """The paths in the order in which they first come."""
    paths: dict[str, Path] = {}
    for route in routes:
        paths.setdefault(route.path, Path(route.path)).add(route.resource)
    for path in paths.values():
        path.finish()
    return list(paths.values())
