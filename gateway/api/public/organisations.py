"""GET /organisations and what is below it."""

import falcon.asgi
import orjson

from gateway import jsonld
from gateway.dependencies import Dependencies, Route
from gateway.openapi import Operation
from services.contracts.identifiers import ORGANISATION

from .answers import JSON, JSON_LD, etag_of_bytes, require, send
from .lists import COUNTS, ListResource, Of
from .parameters import OrganisationList, RelationList
from .records import find
from .schemas import OrganisationItem, OrganisationView, RelationView

_LIST = Operation(
    id="list_organisations",
    summary="The registry, by name; found by words, region, kind, competence",
    tag="organisations",
    answer=OrganisationItem,
    many=True,
    query=OrganisationList,
    beside_items=COUNTS,
    problems=("invalid_query",),
)
_ONE = Operation(
    id="get_organisation",
    summary="One organisation, as JSON or JSON-LD (schema.org)",
    tag="organisations",
    answer=OrganisationView,
    media_types=(JSON, JSON_LD),
    problems=("not_found",),
)
_RELATIONS = Operation(
    id="list_relations",
    summary="How an organisation stands to others, in order of the days since when it is so",
    tag="organisations",
    answer=RelationView,
    many=True,
    query=RelationList,
    problems=("invalid_query", "not_found"),
)
_LINKED = Operation(
    id="get_organisation_jsonld",
    summary="One organisation as JSON-LD (schema.org Organization)",
    tag="organisations",
    media_types=(JSON_LD,),
    problems=("not_found",),
)


class OrganisationResource:
    """An organisation, in the format that Accept asks for."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps
        self.documentation = {"get": _ONE}

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, id: str) -> None:
        response.append_header("Vary", "Accept")
        if require(request, JSON, JSON_LD) == JSON_LD:
            send_linked(self._deps, request, response, id)
            return
        found = find(self._deps, "organisation", ORGANISATION, id)
        send(request, response, found.body, etag=found.etag, changed=found.changed)


class LinkedOrganisationResource:
    """An organisation as JSON-LD."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps
        self.documentation = {"get": _LINKED}

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, id: str) -> None:
        send_linked(self._deps, request, response, id)


def send_linked(deps: Dependencies, request: falcon.asgi.Request, response: falcon.asgi.Response, id: str) -> None:
    found = find(deps, "organisation", ORGANISATION, id)
    values = jsonld.organisation(orjson.loads(found.body), deps.settings.languages, deps.settings.public_url)
    body = orjson.dumps(values)
    send(request, response, body, etag=etag_of_bytes(body), media_type=JSON_LD, changed=found.changed)


def routes(deps: Dependencies) -> list[Route]:
    of = Of("organisation", ORGANISATION)
    return [
        Route("/api/v1/organisations", ListResource(deps, "organisation", OrganisationList, _LIST)),
        Route("/api/v1/organisations/{id}", OrganisationResource(deps)),
        Route("/api/v1/organisations/{id}/relations", ListResource(deps, "relation", RelationList, _RELATIONS, of)),
        Route("/api/v1/organisations/{id}.jsonld", LinkedOrganisationResource(deps)),
    ]
