"""The part of the table about what stands beside an organisation: relations, merging, history, who acts for it."""
# fmt: off

from typing import Final

from services.contracts.schemas import actors, registry

from . import queries
from .endpoint import Endpoint

_ORGANISATION: Final = {"id": "organisation"}

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
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
