"""GET /node and /vocabularies: what a client must know before anything else."""

import falcon.asgi
import orjson

from gateway.dependencies import Dependencies, Route
from gateway.openapi import Operation
from services.contracts import materials, relations, vocabularies
from services.runtime.settings import Settings

from .answers import JSON, etag_of_bytes, require, send
from .schemas import NodeView, Terms

_NODE = Operation(id="get_node", summary="The node: its name, regions and languages", tag="node", answer=NodeView)
_VOCABULARIES = Operation(
    id="get_vocabularies", summary="The words that records are tagged with", tag="node", answer=Terms
)
_AN_HOUR = 3_600


class FixedResource:
    """An answer that is the same for as long as the process lives."""

    def __init__(self, body: bytes, operation: Operation) -> None:
        self._body, self._etag = body, etag_of_bytes(body)
        self.documentation = {"get": operation}

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        require(request, JSON)
        send(request, response, self._body, etag=self._etag, max_age=_AN_HOUR)


def node(settings: Settings) -> bytes:
    return orjson.dumps(
        {
            "slug": settings.node,
            "name": dict(settings.node_name),
            "regions": [{"code": code, "name": vocabularies.REGIONS.get(code, {})} for code in settings.regions],
            "languages": settings.languages,
            "time_zone": settings.time_zone,
            "incarnation": settings.incarnation,
            "url": settings.public_url,
        }
    )


def terms() -> bytes:
    return orjson.dumps(
        {
            "languages": vocabularies.LANGUAGES,
            "themes": vocabularies.THEMES,
            "value_chain": vocabularies.VALUE_CHAIN,
            "competence_kinds": vocabularies.COMPETENCE_KINDS,
            "competences": vocabularies.COMPETENCES,
            "organisation_kinds": vocabularies.ORGANISATION_KINDS,
            "consortium_kinds": vocabularies.CONSORTIUM_KINDS,
            "member_roles": vocabularies.MEMBER_ROLES,
            "regions": vocabularies.REGIONS,
            "nuts_version": vocabularies.NUTS_VERSION,
            "nuts_2021": vocabularies.NUTS_2021,
            "identifier_schemes": vocabularies.IDENTIFIER_SCHEMES,
            "audiences": vocabularies.AUDIENCES,
            "materials": materials.MATERIALS,
            "critical_materials": list(materials.CRITICAL),
            "strategic_materials": materials.STRATEGIC,
            "source_of_materials": materials.SOURCE,
            "relations": relations.RELATIONS,
            "inverse_relations": relations.INVERSES,
            "inverse_of": relations.INVERSE_OF,
        }
    )


def routes(deps: Dependencies) -> list[Route]:
    return [
        Route("/api/v1/node", FixedResource(node(deps.settings), _NODE)),
        Route("/api/v1/vocabularies", FixedResource(terms(), _VOCABULARIES)),
    ]
