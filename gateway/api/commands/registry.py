"""The part of the table about what stands beside an organisation: relations, merging, history, who acts for it."""
# fmt: off

from typing import Final

from services.contracts.schemas import actors, imports, offerings, pipeline, registry

from . import queries
from .endpoint import Endpoint
from .imports import OfRegion, RowsQuery

_ORGANISATION: Final = {"id": "organisation"}

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        "POST", "/proposals/view", "actors.own_proposal", "view_proposal", "organisations",
        "What became of one's own proposal, by its token",
        policy="token",
    ),
    Endpoint(
        "GET", "/my/proposals", "actors.own_proposals", "list_own_proposals", "organisations",
        "Proposals made by the own account, and what became of them",
        answer=registry.ProposalView, many=True,
    ),
    Endpoint(
        "POST", "/organisations/{id}/relations", "actors.state_relation", "state_relation", "organisations",
        "State how an organisation stands to another one, or what became of it",
        names=_ORGANISATION, status=201, settles="relation",
    ),
    Endpoint(
        "PATCH", "/relations/{id}", "actors.change_relation", "change_relation", "organisations",
        "Change the days of a relation",
        settles="relation",
    ),
    Endpoint(
        "DELETE", "/relations/{id}", "actors.withdraw_relation", "withdraw_relation", "organisations",
        "Withdraw a relation that never was so",
        settles="relation",
    ),
    Endpoint(
        "POST", "/organisations/{id}/merge", "actors.merge_organisations", "merge_organisations", "organisations",
        "Merge another record of the same actor into this one",
    ),
    Endpoint("POST", "/merges/{id}/undo", "actors.undo_merge", "undo_merge", "organisations", "Undo a merge"),
    Endpoint(
        "GET", "/my/merge-offers", "actors.merge_offers", "list_merge_offers", "organisations",
        "Records of the own regions that may be of one actor, the surest first",
        query=queries.MergeOffers, answer=registry.MergeOffer, many=True,
    ),
    Endpoint(
        "POST", "/my/merge-offers/not-the-same", "actors.tell_apart", "tell_apart", "organisations",
        "Say that two organisations are not the same, so that they are not offered any more",
    ),
    Endpoint(
        "POST", "/organisations/{id}/offerings", "actors.offer", "offer", "offerings",
        "Offer a service or equipment of an organisation",
        names=_ORGANISATION, status=201, location="/api/v1/offerings/{id}", settles="offering",
    ),
    Endpoint(
        "PATCH", "/offerings/{id}", "actors.change_offering", "change_offering", "offerings", "Change an offering",
        settles="offering",
    ),
    Endpoint(
        "DELETE", "/offerings/{id}", "actors.withdraw_offering", "withdraw_offering", "offerings",
        "Withdraw an offering; it leaves its packages",
        settles="offering",
    ),
    Endpoint(
        "POST", "/organisations/{id}/packages", "actors.make_package", "make_package", "offerings",
        "Put a package of several actors' offerings together; their owners are asked",
        names=_ORGANISATION, status=201,
    ),
    Endpoint(
        "GET", "/organisations/{id}/packages", "actors.packages", "list_own_packages", "offerings",
        "Packages that an organisation makes, drafts too, and those that ask for its offerings",
        names=_ORGANISATION, answer=offerings.PackageView, many=True,
    ),
    Endpoint(
        "PATCH", "/packages/{id}", "actors.change_package", "change_package", "offerings", "Change a package",
        settles="package",
    ),
    Endpoint(
        "DELETE", "/packages/{id}", "actors.withdraw_package", "withdraw_package", "offerings", "Withdraw a package",
    ),
    Endpoint(
        "POST", "/packages/{id}/consent", "actors.consent_to_package", "consent_to_package", "offerings",
        "Let an own offering stand in a package, or take that back",
        settles="package",
    ),
    Endpoint(
        "POST", "/pipeline", "actors.add_candidate", "add_candidate", "pipeline",
        "Add an organisation that is to be won for the network",
        status=201, location="/api/v1/pipeline/{id}",
    ),
    Endpoint(
        "GET", "/pipeline", "actors.candidates", "list_candidates", "pipeline",
        "The candidates of a region, the next due first",
        query=queries.Candidates, answer=pipeline.CandidateRecord, many=True,
    ),
    Endpoint(
        "GET", "/pipeline/numbers", "actors.pipeline_numbers", "get_pipeline_numbers", "pipeline",
        "How many are in each stage, for how long, and how many go on",
        query=queries.OfRegion,
    ),
    Endpoint("GET", "/pipeline/{id}", "actors.candidate", "get_candidate", "pipeline", "One candidate"),
    Endpoint(
        "PATCH", "/pipeline/{id}", "actors.change_candidate", "change_candidate", "pipeline", "Change a candidate"
    ),
    Endpoint(
        "DELETE", "/pipeline/{id}", "actors.drop_candidate", "drop_candidate", "pipeline",
        "Drop a candidate with all that was noted of it",
        status=204,
    ),
    Endpoint(
        "POST", "/pipeline/{id}/stage", "actors.move_candidate", "move_candidate", "pipeline",
        "Move a candidate to another stage",
    ),
    Endpoint(
        "POST", "/pipeline/{id}/talks", "actors.note_talk", "note_talk", "pipeline", "Note a talk that was held"
    ),
    Endpoint(
        "POST", "/pipeline/{id}/next-step", "actors.plan_step", "plan_step", "pipeline",
        "Plan what is to be done next, or nothing",
    ),
    Endpoint(
        "GET", "/pipeline/{id}/history", "actors.candidate_history", "list_candidate_history", "pipeline",
        "What was changed of a candidate, the newest first",
        query=queries.Pages, answer=registry.ChangeView, many=True,
    ),
    Endpoint(
        "GET", "/imports", "actors.imports", "list_imports", "imports",
        "Imports of a region, the newest first",
        query=OfRegion, answer=imports.ImportView, many=True,
    ),
    Endpoint(
        "GET", "/imports/{id}", "actors.import_", "get_import", "imports",
        "An import: its columns, how far it is, what came of it",
    ),
    Endpoint(
        "POST", "/imports/{id}/try", "actors.try_import", "try_import", "imports",
        "Try an import: what would become of every row, and nothing is changed",
        status=202,
    ),
    Endpoint(
        "POST", "/imports/{id}/run", "actors.run_import", "run_import", "imports", "Run an import",
        status=202,
    ),
    Endpoint(
        "GET", "/imports/{id}/rows", "actors.import_rows_of", "list_import_rows", "imports",
        "What became, or would become, of each row",
        query=RowsQuery, answer=imports.ImportRowView, many=True,
    ),
    Endpoint(
        "DELETE", "/imports/{id}", "actors.drop_import", "drop_import", "imports",
        "Forget the file of an import and its report; what it brought stays",
        status=204,
    ),
    Endpoint(
        "GET", "/organisations/{id}/history", "actors.history", "list_history", "organisations",
        "What was changed, by whom and when, the newest first",
        names=_ORGANISATION, query=queries.Pages, answer=registry.ChangeView, many=True,
    ),
    Endpoint(
        "GET", "/organisations/{id}/mandates", "actors.mandates", "list_mandates", "people",
        "Who may act for an organisation",
        names=_ORGANISATION, answer=actors.MandateRecord, many=True,
    ),
)
