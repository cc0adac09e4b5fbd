"""Commands and private reads: a table of what the requests become (table.py), and the few that need more."""

from gateway.dependencies import Dependencies, Route
from gateway.sheets import Sheets
from gateway.sheets.answers import CSV, XLSX

from .attendees import Attendees
from .imports import Imports, Report
from .private_data import Audit, EraseMyData, MyData, MyDataByLink, MyDataLink
from .resource import EndpointResource
from .special import (
    CurrentSession,
    DeadLetters,
    Import,
    ReplayDeadLetters,
    Sessions,
    SignIn,
    Subscriptions,
)
from .table import ALL


def routes(deps: Dependencies) -> list[Route]:
    """The routes of every command and private read."""
    sheets = Sheets()
    return [
        *(Route(f"/api/v1{endpoint.path}", EndpointResource(deps, endpoint)) for endpoint in ALL),
        Route("/api/v1/sign-in", SignIn(deps)),
        Route("/api/v1/sessions", Sessions(deps)),
        Route("/api/v1/sessions/current", CurrentSession(deps)),
        Route("/api/v1/subscriptions", Subscriptions(deps)),
        Route("/api/v1/organisations/import", Import(deps)),
        Route("/api/v1/events/{id}/attendees", Attendees(deps, sheets)),
        Route("/api/v1/imports", Imports(deps, sheets)),
        Route("/api/v1/imports/{id}/report.csv", Report(deps, sheets, CSV)),
        Route("/api/v1/imports/{id}/report.xlsx", Report(deps, sheets, XLSX)),
        Route("/api/v1/dead-letters", DeadLetters(deps)),
        Route("/api/v1/dead-letters/replay", ReplayDeadLetters(deps)),
        Route("/api/v1/audit", Audit(deps)),
        Route("/api/v1/my/data", MyData(deps)),
        Route("/api/v1/my/data/link", MyDataLink(deps)),
        Route("/api/v1/my/data/view", MyDataByLink(deps)),
        Route("/api/v1/my/data/erase", EraseMyData(deps)),
    ]
