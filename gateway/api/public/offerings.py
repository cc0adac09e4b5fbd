"""GET /offerings and /packages: what actors sell or lend, and what several of them put together."""

from gateway.dependencies import Dependencies, Route
from gateway.openapi import Operation
from services.contracts.identifiers import OFFERING, PACKAGE

from .lists import COUNTS, ListResource
from .parameters import OfferingList, PackageList
from .records import RecordResource
from .schemas import OfferingItem, OfferingView, PublicPackage

_OFFERINGS = Operation(
    id="list_offerings",
    summary="Services and equipment of the actors, by title",
    tag="offerings",
    answer=OfferingItem,
    many=True,
    query=OfferingList,
    beside_items=COUNTS,
    problems=("invalid_query",),
)
_OFFERING = Operation(
    id="get_offering", summary="One offering", tag="offerings", answer=OfferingView, problems=("not_found",)
)
_PACKAGES = Operation(
    id="list_packages",
    summary="Packages made of several actors' offerings, by title",
    tag="offerings",
    answer=PublicPackage,
    many=True,
    query=PackageList,
    beside_items=COUNTS,
    problems=("invalid_query",),
)
_PACKAGE = Operation(
    id="get_package", summary="One package", tag="offerings", answer=PublicPackage, problems=("not_found",)
)


def routes(deps: Dependencies) -> list[Route]:
    return [
        Route("/api/v1/offerings", ListResource(deps, "offering", OfferingList, _OFFERINGS)),
        Route("/api/v1/offerings/{id}", RecordResource(deps, "offering", OFFERING, _OFFERING)),
        Route("/api/v1/packages", ListResource(deps, "package", PackageList, _PACKAGES)),
        Route("/api/v1/packages/{id}", RecordResource(deps, "package", PACKAGE, _PACKAGE)),
    ]
