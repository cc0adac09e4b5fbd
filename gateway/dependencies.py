"""What the parts of the gateway are given: made once a worker, in bootstrap.py, and passed in."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.access_log import AccessLog
    from gateway.health import Parts
    from gateway.limits import Limits
    from gateway.metrics import Metrics
    from gateway.read_model.reader import Reader
    from gateway.rpc import Remote
    from services.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Route:
    """A path template of Falcon's (`/api/v1/events/{id}`) and the resource that answers it.

    Several routes may name one path: each brings the methods it has (GET of the read model, POST of a command).
    A resource has coroutines `on_get(request, response, **path fields)` and so on, and `documentation`: a mapping
    of lower-case methods to gateway.openapi.Operation. One without documentation is left out of /openapi.json.
    """

    path: str
    resource: Any


@dataclass(frozen=True, slots=True)
class Dependencies:
    """reader: the worker's own read-only view of the read model. stopping: set when the worker is told to stop;
    whoever answers without end (live streams) ends then."""

    settings: "Settings"
    reader: "Reader"
    remote: "Remote"
    parts: "Parts"
    limits: "Limits"
    metrics: "Metrics"
    access_log: "AccessLog"
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


class Resource:
    """What answers at a route; see Route."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps
