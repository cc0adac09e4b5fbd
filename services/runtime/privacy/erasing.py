"""What a service answers about one person: telling, erasing, searching; and looking once more a minute later."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import orjson
from pymongo.client_session import ClientSession

from services.contracts import identifiers
from services.contracts.addresses import hash_of, reference_of, spellings
from services.contracts.errors import NotFound
from services.runtime import audit, commands, inbox, logging, outbox, steps
from services.runtime.store import Store, in_transaction
from services.runtime.work import Work

from . import grants, rechecking, search
from .person import Person

if TYPE_CHECKING:
    from services.runtime.definition import ServiceDefinition

log = logging.get(__name__)

_ITS_OWN: Final = (commands.COLLECTION, inbox.COLLECTION)
"""Collections of the runtime that hold what others said: answers of commands, errors."""
_SECONDS: Final = 10.0

Arguments = dict[str, Any]


class Privacy:
    """The calls about one person of one service. Each raises NotFound for what is no grant, Conflict for one that is
    over."""

    def __init__(self, definition: "ServiceDefinition", store: Store, secret: bytes) -> None:
        self._definition, self._store, self._secret = definition, store, secret

    def tell(self, work: Work, made: Any, arguments: Arguments) -> dict[str, Any]:
        """All that the service knows, as JSON values, and who saw or changed it."""
        grant = grants.read(self._secret, arguments["grant"], "see", work.now)
        person = grants.person_of(self._secret, grant, arguments["sealed"])
        known = self._definition.personal_data(work, made, person)
        mine = tuple(dict.fromkeys((*known.references, *self._references_of(person))))
        seen_by = audit.about(self._store, mine)
        if grant.by == "operator":
            work.saw("personal_data", "", mine)
        records = orjson.loads(orjson.dumps(known.records, option=orjson.OPT_UTC_Z))
        return {
            "records": records,
            "references": list(known.references),
            "sealed": grants.sealed(self._secret, known.references),
            "seen_by": orjson.loads(orjson.dumps(seen_by, option=orjson.OPT_UTC_Z)),
        }

    def prepare(self, work: Work, made: Any, arguments: Arguments) -> None:
        """What comes before the erasure: the runtime's own collections forget, and the look afterwards is noted. A
        repeat of what was killed later begins here."""
        grant = grants.read(self._secret, arguments["grant"], "erase", work.now)
        person = grants.person_of(self._secret, grant, arguments["sealed"])
        rechecking.note(self._store, hash_of(self._secret, person.address), person.before)
        self._redact(work, made, person)
        steps.reached("erasure.prepared")

    def erase(self, work: Work, made: Any, arguments: Arguments) -> dict[str, Any]:
        """The service's own records, in one transaction."""
        grant = grants.read(self._secret, arguments["grant"], "erase", work.now)
        person = grants.person_of(self._secret, grant, arguments["sealed"])
        work.altered("personal_data", "", [reference_of(self._secret, person.address)])
        erased = self._definition.erase(work, made, person)
        return {"erased": {kind: count for kind, count in erased.items() if count}}

    def collections(self, work: Work, _made: Any, arguments: Arguments) -> list[str]:
        """What there is to be searched."""
        grants.read(self._secret, arguments["grant"], "erase", work.now)
        return search.collections(self._store)

    def trace(self, work: Work, _made: Any, arguments: Arguments) -> dict[str, Any]:
        """What a search of a whole collection finds. Raises NotFound for one that there is not."""
        grant = grants.read(self._secret, arguments["grant"], "erase", work.now)
        if arguments["collection"] not in search.collections(self._store):
            raise NotFound("There is no such collection.")
        return search.trace(self._store, arguments["collection"], grant.address)

    def find_erased(self, work: Work, _made: Any, arguments: Arguments) -> list[dict[str, Any]]:
        """Addresses that are here though they were erased: for the operator who restored a backup."""
        work.require_the_node()
        when = {entry["hash"]: entry["at"] for entry in arguments["entries"]}
        found = search.known_again(self._store, self._secret, when.keys())
        return [{"address": address, "at": when[hashed]} for hashed, address in found.items()]

    def recheck(self, work_of: Callable[[str, ClientSession | None], Work]) -> bool:
        """Erases what came back on its way while it was erased; whether it told anything."""
        told = False
        for noted in rechecking.due(self._store):
            found = search.known_again(self._store, self._secret, {noted["_id"]})
            for address in found.values():
                told = self._erase_again(Person(address, spellings(address), None, (), noted["at"]), work_of) or told
            rechecking.done(self._store, noted)
            log.info("erasure looked at again", came_back=len(found))
        return told

    def _erase_again(self, person: Person, work_of: Callable[[str, ClientSession | None], Work]) -> bool:
        correlation = identifiers.new_id(identifiers.COMMAND)
        self._redact(work_of(correlation, None), self._definition.store(self._store, None), person)

        def body(session: ClientSession) -> bool:
            work = work_of(correlation, session)
            self._definition.erase(work, self._definition.store(self._store, session), person)
            outbox.put(self._store, session, work.told)
            return bool(work.told)

        return in_transaction(self._store, body, seconds=_SECONDS)

    def _redact(self, work: Work, made: Any, person: Person) -> None:
        known = self._definition.personal_data(work, made, person)
        about = (*known.references, *person.references)
        for collection in (*_ITS_OWN, *self._definition.uploads):
            search.redact(self._store, collection, person.address, about, known.names)

    def _references_of(self, person: Person) -> list[str]:
        account = [] if person.account is None else [person.account]
        return [*account, *person.references, reference_of(self._secret, person.address)]


__all__ = ["Privacy"]
