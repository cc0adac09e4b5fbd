"""GET /consortia, their members and working groups."""

from gateway.dependencies import Dependencies, Route
from gateway.openapi import Operation
from services.contracts.identifiers import CONSORTIUM, WORKING_GROUP
from services.contracts.schemas.consortium import ConsortiumRecord, WorkingGroupRecord

from .lists import SEARCHED_FOR, ListResource, Of
from .parameters import ConsortiumList, MemberList, WorkingGroupList
from .records import RecordResource
from .schemas import MemberView

_LIST = Operation(
    id="list_consortia",
    summary="Consortia, clusters and ecosystems, by name",
    tag="consortia",
    answer=ConsortiumRecord,
    many=True,
    query=ConsortiumList,
    beside_items=SEARCHED_FOR,
    problems=("invalid_query",),
)
_ONE = Operation(
    id="get_consortium",
    summary="One consortium",
    tag="consortia",
    answer=ConsortiumRecord,
    problems=("not_found",),
)
_MEMBERS = Operation(
    id="list_members",
    summary="The members of a consortium with their roles over time",
    tag="consortia",
    answer=MemberView,
    many=True,
    query=MemberList,
    problems=("invalid_query", "not_found"),
)
_WORKING_GROUPS = Operation(
    id="list_working_groups",
    summary="The working groups of a consortium",
    tag="consortia",
    answer=WorkingGroupRecord,
    many=True,
    query=WorkingGroupList,
    problems=("invalid_query", "not_found"),
)
_WORKING_GROUP = Operation(
    id="get_working_group",
    summary="One working group",
    tag="consortia",
    answer=WorkingGroupRecord,
    problems=("not_found",),
)


def routes(deps: Dependencies) -> list[Route]:
    of_consortium = Of("consortium", CONSORTIUM)
    members = ListResource(deps, "membership", MemberList, _MEMBERS, of_consortium)
    groups = ListResource(deps, "working_group", WorkingGroupList, _WORKING_GROUPS, of_consortium)
    return [
        Route("/api/v1/consortia", ListResource(deps, "consortium", ConsortiumList, _LIST)),
        Route("/api/v1/consortia/{id}", RecordResource(deps, "consortium", CONSORTIUM, _ONE)),
        Route("/api/v1/consortia/{id}/members", members),
        Route("/api/v1/consortia/{id}/working-groups", groups),
        Route("/api/v1/working-groups/{id}", RecordResource(deps, "working_group", WORKING_GROUP, _WORKING_GROUP)),
    ]
