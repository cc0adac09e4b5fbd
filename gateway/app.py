"""The gateway's routes and middleware, and nothing else."""

from collections.abc import Iterable
from typing import Any

import falcon.asgi

from gateway import api, bootstrap, errors, health, pages
from gateway.bodies import BodiesLater
from gateway.dependencies import Dependencies, Route
from gateway.documents import routes as documents
from gateway.kept import Kept
from gateway.leaving import Leaving
from gateway.middleware import Authentication, Correlation, SafeHeaders
from gateway.paths import by_path
from services.runtime import logging
from services.runtime.settings import Settings


def create() -> Leaving:
    """The application of a worker, from the environment, with the answers that it keeps."""
    settings = Settings.from_environment()
    logging.configure(settings.part, settings.log_level)
    deps = bootstrap.dependencies(settings)
    return Leaving(Kept(assemble(deps), deps))


def assemble(deps: Dependencies) -> "falcon.asgi.App[Any, Any]":
    middleware: list[Any] = [bootstrap.Lifecycle(deps), Correlation(deps), SafeHeaders(), Authentication(deps)]
    app: falcon.asgi.App[Any, Any] = BodiesLater(middleware=middleware)
    errors.install(app, deps, pages.show_problem(deps))
    shared = by_path(routes(deps))
    for path in (*shared, *by_path(documents(deps, shared))):
        app.add_route(path.template, path)
    return app


def routes(deps: Dependencies) -> Iterable[Route]:
    yield from api.routes(deps)
    yield from health.routes(deps)
    yield from pages.routes(deps)
