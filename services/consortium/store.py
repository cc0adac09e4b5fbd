"""Collections of consortium, and their indexes."""

from collections.abc import Iterable
from datetime import date

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.client_session import ClientSession

from services.runtime import copies, mandates, records
from services.runtime.copies import Copies
from services.runtime.documents import from_document
from services.runtime.records import Records
from services.runtime.store import Store

from .model import Consortium, Membership, News, WorkingGroup
from .model.membership import LIVING

INDEXES = {
    "consortia": (records.INDEX,),
    "turns": (),
    "memberships": (
        records.INDEX,
        IndexModel(
            [("consortium", ASCENDING), ("organisation", ASCENDING), ("closed_as", ASCENDING)],
            unique=True,
        ),
        IndexModel([("consortium", ASCENDING), ("state", ASCENDING)]),
        IndexModel([("organisation", ASCENDING)]),
        IndexModel([("state", ASCENDING), ("last_day", ASCENDING)]),
    ),
    "working_groups": (
        records.INDEX,
        IndexModel([("consortium", ASCENDING), ("state", ASCENDING)]),
        IndexModel([("members", ASCENDING)]),
    ),
    "news": (
        records.INDEX,
        IndexModel([("target.id", ASCENDING), ("audience", ASCENDING), ("_id", ASCENDING)]),
    ),
    "organisations": copies.INDEXES,
}


class ConsortiumStore:
    """Everything that consortium keeps, within one session."""

    def __init__(self, store: Store, session: ClientSession | None) -> None:
        self.consortia = Records(store, "consortia", Consortium, session)
        self.memberships = Records(store, "memberships", Membership, session)
        self.working_groups = Records(store, "working_groups", WorkingGroup, session)
        self.posted = Records(store, "news", News, session)
        self.organisations = Copies(store, "organisations", session)
        self.mandates = Copies(store, mandates.COLLECTION, session)
        self._turns, self._news, self._registered = store["turns"], store["news"], store["organisations"]
        self._session = session

    def open_turns(self, consortium: str) -> None:
        """Makes the document that take_turn writes to."""
        self._turns.insert_one({"_id": consortium, "turn": 0}, session=self._session)

    def take_turn(self, consortium: str) -> None:
        """Commands about the members or groups of one consortium take turns: of two at once one conflicts here and
        runs again. Without it a group could take in an organisation whose membership ends at that moment, since
        each would write documents that the other only read."""
        self._turns.update_one({"_id": consortium}, {"$inc": {"turn": 1}}, session=self._session)

    def hold_registered(self, organisation: str) -> bool:
        """Whether the organisation stands in the registry. Marks its copy, so that a removal which comes at this moment
        conflicts with what rests on the answer, and one of them runs again."""
        admitted = {"id": organisation, "state": "admitted"}
        mark = {"$inc": {"held": 1}}
        return self._registered.update_one(admitted, mark, session=self._session).matched_count == 1

    def living_membership(self, consortium: str, organisation: str) -> Membership | None:
        """Asked, invited or active; there is at most one."""
        key = {"consortium": consortium, "organisation": organisation, "closed_as": ""}
        return next(self.memberships.where(key, limit=1), None)

    def living_memberships(self, consortium: str) -> list[Membership]:
        """Asked, invited or active, of all organisations."""
        found = (self.memberships.where({"consortium": consortium, "state": state}) for state in LIVING)
        return [membership for some in found for membership in some]

    def memberships_run_out(self, today: date, limit: int) -> list[str]:
        """Ids of the active ones whose last day was before today."""
        before = {"state": "active", "last_day": {"$gt": "", "$lt": today.isoformat()}}
        return [membership.id for membership in self.memberships.where(before, limit=limit, sort="last_day")]

    def members_of(self, consortium: str) -> set[str]:
        """The organisations that are members now."""
        found = self.memberships.where({"consortium": consortium, "state": "active"})
        return {membership.organisation for membership in found}

    def memberships_of(self, consortium: str | None, organisation: str | None) -> list[Membership]:
        """All, also those that are over, of a consortium, of an organisation, or of the one in the other."""
        key = {"consortium": consortium, "organisation": organisation}
        return list(self.memberships.where({name: value for name, value in key.items() if value is not None}))

    def groups_of(self, consortium: str) -> list[WorkingGroup]:
        """The working groups that are not closed."""
        return list(self.working_groups.where({"consortium": consortium, "state": "active"}))

    def groups_with(self, consortium: str, organisations: Iterable[str]) -> list[WorkingGroup]:
        """The consortium's groups, closed ones too, that one of these organisations is in."""
        found = self.working_groups.where({"members": {"$in": list(organisations)}})
        return [group for group in found if group.consortium == consortium]

    def members_news(self, consortium: str, targets: Iterable[str] | None, after: str | None, limit: int) -> list[News]:
        """News for members only, the newest first; of these targets, or of the consortium and all its groups."""
        if targets is None:
            groups = self.working_groups.where({"consortium": consortium})
            targets = [consortium, *(group.id for group in groups)]
        condition = {
            "target.id": {"$in": list(targets)},
            "audience": "members",
            "state": "posted",
            **({} if after is None else {"_id": {"$lt": after}}),
        }
        found = self._news.find(condition, session=self._session).sort("_id", DESCENDING).limit(limit)
        return [from_document(News, document) for document in found]
