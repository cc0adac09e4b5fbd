"""The raw limit of reads: bare Falcon on Granian, which sends bytes that it holds in memory.

`python -m tests.benchmarks.raw ANSWERS PORT`, ANSWERS being a JSON file of {path with query: [content type, text]}.
As bare as a Falcon application gets: no middleware, no header beyond content type and length, no log line. It has the
gateway's routes, server, settings of the server and number of workers.
"""

import os
import sys
from pathlib import Path
from typing import Any

import falcon.asgi
import orjson
from granian import Granian
from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings

ANSWERS = "BENCH_ANSWERS"
PATHS = ("/api/v1/events", "/api/v1/events/{id}", "/api/v1/events.ics", "/api/v1/organisations")


class Held:
    """Answers with what it holds for the address."""

    def __init__(self, answers: dict[str, tuple[str, bytes]]) -> None:
        self._answers = answers

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, **path: str) -> None:
        query = request.query_string
        found = self._answers.get(f"{request.path}?{query}" if query else request.path)
        if found is None:
            response.status = 404
            return
        response.content_type, response.data = found


def create() -> Any:
    """The application of a worker."""
    told: dict[str, list[str]] = orjson.loads(Path(os.environ[ANSWERS]).read_bytes())
    answers = {target: (content_type, text.encode()) for target, (content_type, text) in told.items()}
    app: falcon.asgi.App[Any, Any] = falcon.asgi.App()
    held = Held(answers)
    for path in PATHS:
        app.add_route(path, held)
    return app


def main() -> None:
    os.environ[ANSWERS], port = sys.argv[1], int(sys.argv[2])
    Granian(
        "tests.benchmarks.raw:create",
        factory=True,
        interface=Interfaces.ASGI,
        address="127.0.0.1",
        port=port,
        workers=1,
        loop=Loops.asyncio,
        websockets=False,
        log_access=False,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
    ).serve()


if __name__ == "__main__":
    main()
