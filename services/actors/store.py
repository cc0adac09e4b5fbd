"""Collections of actors, and their indexes."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError, DuplicateKeyError

from services.contracts.addresses import fold
from services.contracts.errors import Conflict
from services.runtime import copies, mandates, records
from services.runtime.copies import Copies
from services.runtime.documents import from_document, to_document
from services.runtime.records import Records
from services.runtime.store import Store, utc_now

from .files import store as files
from .model import (
    Account,
    Candidate,
    Change,
    DataRequest,
    Key,
    Mandate,
    Merge,
    Offering,
    Organisation,
    Package,
    Relation,
    Session,
    SignInRequest,
    claims_of,
)

ORGANISATIONS = "organisations"
CLAIMS = "claims"
SIGN_INS = "sign_ins"
OFFERINGS, PACKAGES, CANDIDATES = "offerings", "packages", "candidates"
RELATIONS, MERGES, CHANGES, APART, TURNS = "relations", "merges", "changes", "apart", "turns"
SIGN_INS_KEPT = timedelta(days=1)
_THEN = ("before", "after")
"""A merge keeps the record that it changed in both states."""

INDEXES = {
    ORGANISATIONS: (
        records.INDEX,
        IndexModel([("name_keys", ASCENDING)]),
        IndexModel([("like_keys", ASCENDING)]),
        IndexModel([("proposer", ASCENDING)]),
        IndexModel([("contact_until", ASCENDING)]),
        IndexModel([("contact", ASCENDING)]),
        IndexModel([("state", ASCENDING), ("regions", ASCENDING)]),
    ),
    RELATIONS: (
        records.INDEX,
        IndexModel([("organisation", ASCENDING), ("state", ASCENDING)]),
        IndexModel([("other", ASCENDING), ("state", ASCENDING)]),
        IndexModel([("state", ASCENDING), ("kind", ASCENDING)]),
    ),
    OFFERINGS: (
        records.INDEX,
        IndexModel([("organisation", ASCENDING), ("state", ASCENDING)]),
    ),
    PACKAGES: (
        records.INDEX,
        IndexModel([("organisation", ASCENDING)]),
        IndexModel([("parts.offering", ASCENDING)]),
        IndexModel([("parts.organisation", ASCENDING)]),
    ),
    CANDIDATES: (IndexModel([("region", ASCENDING)]),),
    MERGES: (
        IndexModel([("into", ASCENDING), ("state", ASCENDING)]),
        *(IndexModel([(f"{then}.{name}", ASCENDING)]) for then in _THEN for name in ("contact", "contact_until")),
    ),
    "data_requests": (IndexModel([("email_key", ASCENDING)]), IndexModel([("expires", ASCENDING)])),
    CHANGES: (IndexModel([("about", ASCENDING)]), IndexModel([("account", ASCENDING)])),
    APART: (),
    **files.INDEXES,
    TURNS: (),
    CLAIMS: (),
    "accounts": (IndexModel([("email_key", ASCENDING)], unique=True),),
    mandates.COLLECTION: (
        records.INDEX,
        *mandates.INDEXES,
        IndexModel([("account", ASCENDING), ("role", ASCENDING), ("target", ASCENDING)], unique=True),
        IndexModel([("target", ASCENDING), ("state", ASCENDING)]),
    ),
    "keys": (
        records.INDEX,
        IndexModel([("account", ASCENDING), ("state", ASCENDING)]),
    ),
    "sessions": (records.INDEX, IndexModel([("account", ASCENDING)])),
    SIGN_INS: (
        IndexModel([("account", ASCENDING), ("created", ASCENDING)]),
        IndexModel([("created", ASCENDING)]),
    ),
    "consortia": copies.INDEXES,
}


class ActorStore:
    """Everything that actors keeps, within one session.

    A claim says which admitted organisation an identifier belongs to: its _id is the claim, so there is one of each.
    """

    def __init__(self, store: Store, session: ClientSession | None) -> None:
        self._claims, self._organisations, self._session = store[CLAIMS], store[ORGANISATIONS], session
        self._sign_ins = store[SIGN_INS]
        self.organisations = Records(store, ORGANISATIONS, Organisation, session)
        self.accounts = Records(store, "accounts", Account, session)
        self.mandates = Records(store, mandates.COLLECTION, Mandate, session)
        self.keys = Records(store, "keys", Key, session)
        self.sessions = Records(store, "sessions", Session, session)
        self.sign_ins = Records(store, SIGN_INS, SignInRequest, session)
        self.data_requests = Records(store, "data_requests", DataRequest, session)
        self._data_requests, self._merges = store["data_requests"], store[MERGES]
        self.consortia = Copies(store, "consortia", session)
        self._changes, self._apart, self._turns = store[CHANGES], store[APART], store[TURNS]
        self.relations = Records(store, RELATIONS, Relation, session)
        self.offerings = Records(store, OFFERINGS, Offering, session)
        self.packages = Records(store, PACKAGES, Package, session)
        self.candidates = Records(store, CANDIDATES, Candidate, session)
        self.merges = Records(store, MERGES, Merge, session)
        self.imports = files.Imports(store, session)

    def holders(self, claims: Iterable[str]) -> dict[str, str]:
        """Who holds these claims: claim -> organisation's id."""
        found = self._claims.find({"_id": {"$in": list(claims)}}, session=self._session)
        return {document["_id"]: document["organisation"] for document in found}

    def claim(self, organisations: Iterable[Organisation]) -> None:
        """Keeps the identifiers of these for them. Raises Conflict when somebody else took one just now."""
        documents = [
            {"_id": claim, "organisation": organisation.id}
            for organisation in organisations
            for claim in claims_of(organisation.identifiers)
        ]
        if documents:
            with _one_of_a_kind("Another organisation took one of these identifiers just now. Search for it."):
                self._claims.insert_many(documents, session=self._session)

    def release(self, claims: Iterable[str]) -> None:
        """Frees identifiers for others."""
        self._claims.delete_many({"_id": {"$in": list(claims)}}, session=self._session)

    def add_organisations(self, organisations: Sequence[Organisation]) -> None:
        """Adds many at once, with their claims."""
        if organisations:
            documents = [to_document(organisation) for organisation in organisations]
            self._organisations.insert_many(documents, session=self._session)
            self.claim(organisations)

    def organisations_with(self, ids: Iterable[str]) -> list[Organisation]:
        """Those of these ids that there are."""
        return list(self.organisations.where({"_id": {"$in": list(ids)}}))

    def admitted_named(self, name_keys: Iterable[str]) -> list[Organisation]:
        """Admitted organisations with one of these names (folded)."""
        found = self.organisations.where({"name_keys": {"$in": list(name_keys)}})
        return [organisation for organisation in found if organisation.state == "admitted"]

    def admitted_like(self, like_keys: Iterable[str], limit: int) -> list[Organisation]:
        """Admitted organisations with a word in their names that begins like one of these; `limit` for each of them,
        so that a common word does not crowd out those that share a rare one."""
        found = {one.id: one for key in like_keys for one in self.organisations.where({"like_keys": key}, limit=limit)}
        return [organisation for organisation in found.values() if organisation.state == "admitted"]

    def in_regions(self, state: str, regions: Iterable[str]) -> list[Organisation]:
        """Organisations in this state with one of these regions."""
        found = self.organisations.where({"state": state, "regions": {"$in": list(regions)}})
        return list({organisation.id: organisation for organisation in found}.values())

    def take_turn(self, what: str) -> None:
        """Commands whose rule spans several records take turns: of two at once one conflicts here and runs again."""
        with _one_of_a_kind("Somebody did the like at this very moment, for the first time on this node. Repeat it."):
            self._turns.update_one({"_id": what}, {"$inc": {"turn": 1}}, upsert=True, session=self._session)

    def relations_of(self, organisation: str) -> list[Relation]:
        """Those stated that it is a party of."""
        sides = ({side: organisation, "state": "stated"} for side in ("organisation", "other"))
        found = {relation.id: relation for side in sides for relation in self.relations.where(side)}
        return sorted(found.values(), key=lambda relation: relation.id)

    def relations_stated(self, kinds: Iterable[str]) -> list[Relation]:
        """All that are stated, of these kinds."""
        return list(self.relations.where({"state": "stated", "kind": {"$in": list(kinds)}}))

    def offerings_of(self, organisation: str) -> list[Offering]:
        """What it offers now."""
        return list(self.offerings.where({"organisation": organisation, "state": "offered"}))

    def packages_made_by(self, organisation: str) -> list[Package]:
        """Those that it made, withdrawn ones too."""
        return list(self.packages.where({"organisation": organisation}))

    def packages_with(self, offerings: Iterable[str]) -> list[Package]:
        """Those that one of these offerings is in and that are not withdrawn."""
        found = self.packages.where({"parts.offering": {"$in": list(offerings)}})
        return [package for package in _once(found) if package.state != "withdrawn"]

    def packages_concerning(self, organisation: str) -> list[Package]:
        """Those that it made, and those that one of its offerings is in or asked for."""
        asked = self.packages.where({"parts.organisation": organisation})
        return _once([*self.packages_made_by(organisation), *asked])

    def merges_into(self, organisation: str) -> list[Merge]:
        """Merges that brought other records into this one and were not undone."""
        return list(self.merges.where({"into": organisation, "state": "done"}))

    def note(self, change: Change) -> None:
        """Adds to the history."""
        self._changes.insert_one(to_document(change), session=self._session)

    def history_of(self, organisation: str, after: str | None, limit: int) -> list[Change]:
        """Changes that concern it, the newest first, from the one before `after` on."""
        condition: dict[str, object] = {"about": organisation}
        if after is not None:
            condition["_id"] = {"$lt": after}
        found = self._changes.find(condition, session=self._session).sort("_id", -1).limit(limit)
        return [from_document(Change, document) for document in found]

    def forget_history(self, about: str) -> None:
        """Of a record that is gone without a trace."""
        self._changes.delete_many({"about": about}, session=self._session)

    def candidates_of(self, region: str) -> list[Candidate]:
        """The pipeline of a region."""
        return list(self.candidates.where({"region": region}))

    def tell_apart(self, pair: str, account: str | None, at: datetime) -> None:
        """These two are not one actor."""
        document = {"_id": pair, "account": account, "at": at}
        self._apart.replace_one({"_id": pair}, document, upsert=True, session=self._session)

    def told_apart(self, pairs: Iterable[str]) -> set[str]:
        """Those of these pairs that are not one actor."""
        found = self._apart.find({"_id": {"$in": list(pairs)}}, {"_id": 1}, session=self._session)
        return {document["_id"] for document in found}

    def proposals_of(self, region: str) -> list[Organisation]:
        """Proposals that wait for this region's coordinator, oldest first."""
        return list(self.organisations.where({"state": "proposed", "regions": region}))

    def proposed_by(self, account: str) -> list[Organisation]:
        """What an account proposed, whatever became of it, oldest first."""
        return list(self.organisations.where({"proposer": account}))

    def forget_contacts(self) -> None:
        """Housekeeping: drops the addresses of proposers who had time to be told the decision."""
        self._organisations.update_many(
            {"contact_until": {"$lt": utc_now()}},
            {"$set": {"contact": None, "contact_until": None}},
            session=self._session,
        )
        for then in _THEN:
            self._merges.update_many(
                {f"{then}.contact_until": {"$lt": utc_now()}},
                {"$set": {f"{then}.contact": None, f"{then}.contact_until": None}},
                session=self._session,
            )

    def forget_old_data_requests(self) -> None:
        """Housekeeping: drops requests whose link is over, with their addresses."""
        self._data_requests.delete_many({"expires": {"$lt": utc_now()}}, session=self._session)

    def data_requests_of(self, keys: Iterable[str], since: datetime | None) -> list[DataRequest]:
        """Requests for this address (folded), made since then, at any time for None."""
        found = self.data_requests.where({"email_key": {"$in": list(keys)}})
        return [request for request in found if since is None or request.created >= since]

    def forget_data_requests_of(self, keys: Iterable[str]) -> int:
        """Drops them; how many."""
        found = self._data_requests.delete_many({"email_key": {"$in": list(keys)}}, session=self._session)
        return found.deleted_count

    def account_by(self, keys: Iterable[str]) -> Account | None:
        """The account with one of these spellings of an address."""
        return next(self.accounts.where({"email_key": {"$in": list(keys)}}, limit=1), None)

    def proposals_with(self, keys: Collection[str]) -> list[Organisation]:
        """Proposals at which this address was left."""
        left = self.organisations.where({"contact": {"$gt": ""}})
        return [proposal for proposal in left if proposal.contact is not None and fold(proposal.contact) in keys]

    def forget_contacts_of(self, keys: Collection[str], before: datetime) -> int:
        """Takes the address out of proposals made before, and of what merges remember of them; how many there were.
        It was never published, so no version is made."""
        found = [proposal.id for proposal in self.proposals_with(keys) if proposal.created <= before]
        nobody = {"contact": None, "contact_until": None}
        self._organisations.update_many({"_id": {"$in": found}}, {"$set": nobody}, session=self._session)
        for then in _THEN:
            for merge in self._merges.find({f"{then}.contact": {"$gt": ""}}, session=self._session):
                if fold(merge[then]["contact"]) in keys:
                    emptied = {f"{then}.{name}": value for name, value in nobody.items()}
                    self._merges.update_one({"_id": merge["_id"]}, {"$set": emptied}, session=self._session)
        return len(found)

    def changes_by(self, account: str, limit: int = 1_000) -> list[Change]:
        """What an account changed, the newest first."""
        found = self._changes.find({"account": account}, session=self._session).sort("_id", -1).limit(limit)
        return [from_document(Change, document) for document in found]

    def account_of(self, email_key: str) -> Account | None:
        """The account with this address; there is at most one."""
        return next(self.accounts.where({"email_key": email_key}, limit=1), None)

    def add_account(self, account: Account) -> None:
        """Raises Conflict when the address got an account just now."""
        with _one_of_a_kind("This address got an account just now. Repeat to find it."):
            self.accounts.add(account)

    def mandate_of(self, account: str, role: str, target: str) -> Mandate | None:
        """The mandate of these three; there is at most one."""
        return next(self.mandates.where({"account": account, "role": role, "target": target}, limit=1), None)

    def add_mandate(self, mandate: Mandate) -> None:
        """Raises Conflict when it was granted just now."""
        with _one_of_a_kind("This mandate was granted just now. Repeat to see it."):
            self.mandates.add(mandate)

    def mandates_held_by(self, account: str) -> list[Mandate]:
        """Those that an account holds now."""
        return list(self.mandates.where({"account": account, "state": "granted"}))

    def mandates_for(self, target: str) -> list[Mandate]:
        """Those that anybody holds now for this organisation, consortium or region."""
        return list(self.mandates.where({"target": target, "state": "granted"}))

    def keys_of(self, account: str) -> list[Key]:
        """All keys of an account, revoked ones too, oldest first."""
        return list(self.keys.where({"account": account}))

    def issued_keys_of(self, account: str) -> list[Key]:
        """Those not revoked."""
        return list(self.keys.where({"account": account, "state": "issued"}))

    def sign_ins_since(self, account: str, since: datetime, limit: int) -> list[SignInRequest]:
        """Links that this account asked for since then and did not use, at most `limit`."""
        found = self.sign_ins.where({"account": account, "created": {"$gte": since}}, sort="created")
        waiting = (request for request in found if request.state == "requested")
        return [request for request, _ in zip(waiting, range(limit), strict=False)]

    def forget_old_sign_ins(self) -> None:
        """Housekeeping: drops requests for links that are long over."""
        self._sign_ins.delete_many({"created": {"$lt": utc_now() - SIGN_INS_KEPT}}, session=self._session)

    def forget_imports(self) -> None:
        """Housekeeping: drops the files of imports that were long not asked for."""
        self.imports.forget_old()

    def consortium_at_home(self, consortium: str, home: str) -> Mapping[str, object] | None:
        """The copy of an active consortium whose home is this node."""
        copy = self.consortia.find(consortium, home)
        return copy if copy is not None and copy["state"] == "active" else None


def _once(found: Iterable[Package]) -> list[Package]:
    """Each once, in order of id."""
    by_id = {package.id: package for package in found}
    return [by_id[identity] for identity in sorted(by_id)]


@contextmanager
def _one_of_a_kind(message: str) -> Iterator[None]:
    """A unique index refused a write: Conflict. A conflict that the transaction runs again after goes on as it is."""
    try:
        yield
    except DuplicateKeyError as error:
        raise Conflict(message) from error
    except BulkWriteError as error:
        if any(problem.get("code") == 11000 for problem in error.details.get("writeErrors", ())):
            raise Conflict(message) from error
        raise
