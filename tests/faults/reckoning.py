"""After a bad day: has the node come to rest, and is everything there that was promised, once?"""

import time
from collections import Counter
from contextlib import ExitStack
from typing import Any

import httpx
from pymongo.errors import PyMongoError

from gateway.read_model.rebuild import control
from gateway.read_model.rebuild.control import Report
from services.contracts.principal import OPERATOR
from services.runtime import topology
from services.runtime.rpc_client import CallFailed
from tests.harness import until
from tests.harness.living import SERVICES, LivingNode

from .crowd import Crowd
from .journal import Journal

RESTS_WITHIN = 100.0
PLACE_MAILS = {"sign_up.confirmed", "sign_up.waitlisted"}


def come_to_rest(node: LivingNode, journal: Journal | None = None) -> None:
    """Waits until every part is well by itself, every fact is where it belongs, and nothing waits anywhere."""
    until(node.is_well, limit=RESTS_WITHIN, says="every part is well again")
    until(lambda: waiting(node) == {}, limit=RESTS_WITHIN, says="nothing waits")
    if journal is not None:
        every_fact_arrived(node, journal)  # one on its way in the broker waits in no database
        until(lambda: waiting(node) == {}, limit=RESTS_WITHIN, says="nothing waits")


def waiting(node: LivingNode) -> dict[str, int]:
    """What waits, by where; nothing that is zero."""
    found: dict[str, int] = {}
    try:
        for service in SERVICES:
            with node.database(service) as database:
                found[f"{service} outbox"] = database["outbox"].count_documents({})
                found[f"{service} inbox"] = database["inbox"].count_documents({"state": "waiting"})
        with node.database("notifications") as database:
            found["deliveries"] = database["deliveries"].count_documents({"state": "waiting"})
            found["mailings"] = database["mailings"].count_documents({"state": "waiting"})
    except PyMongoError as error:
        return {type(error).__name__: 1}
    return {where: count for where, count in found.items() if count}


def every_fact_arrived(node: LivingNode, journal: Journal) -> None:
    """Each service's numbers have no gap, each consumer has every fact that it is bound to, none is dead."""

    def missing() -> dict[str, int]:
        journal.read()
        gaps = {}
        with ExitStack() as opened:
            for service in SERVICES:
                database = opened.enter_context(node.database(service))
                lease = database["relay"].find_one({"_id": "lease"})
                given_out = range(1, (lease or {"sequence": 0})["sequence"] + 1)
                gaps[f"{service} published"] = len(set(given_out).symmetric_difference(journal.sequences(service)))
                consumer = next(consumer for consumer in topology.CONSUMERS if consumer.name == service)
                done = {entry["_id"] for entry in database["inbox"].find({"state": "done"}, {"_id": 1})}
                gaps[f"{service} heard"] = len(journal.of(consumer) - done)
        return {where: count for where, count in gaps.items() if count}

    lacking = missing()
    deadline = time.monotonic() + RESTS_WITHIN
    while lacking and time.monotonic() < deadline:
        lacking = missing()
    assert lacking == {}, f"not within {RESTS_WITHIN:.0f} s: facts that did not arrive"
    for service in SERVICES:
        letters = until(lambda service=service: _dead_letters(node, service), limit=30, says=f"{service} answers")
        assert letters == [[]], f"{service} has dead letters"
    assert journal.undecodable() == 0


def _dead_letters(node: LivingNode, service: str) -> list[Any]:
    try:
        return [node.rpc.call(f"{service}.dead_letters", {}, principal=OPERATOR)]
    except CallFailed:
        return []


def every_sign_up_is_there_once(crowd: Crowd) -> None:
    """What was acknowledged, and nothing else; no seat was given twice, and none is idle while somebody waits."""
    assert crowd.wrong == []
    with crowd.node.client(crowd.key) as client:
        for event in crowd.events:
            people = client.get(f"/events/{event}/sign-ups").json()["items"]
            promised = {made.address: made.id for made in crowd.signed_up.values() if made.event == event}
            assert {person["email"]: person["id"] for person in people} == promised
            assert len(people) == len(promised)
            states = Counter(person["state"] for person in people)
            gone = {person["email"] for person in people if person["state"] == "cancelled"}
            assert gone == crowd.cancelled & set(promised)
            capacity = crowd.capacities[event]
            assert capacity is None or states["confirmed"] <= capacity, "oversold"
            assert capacity is None or states["waiting"] == 0 or states["confirmed"] == capacity, "an idle seat"
            assert capacity is not None or states["waiting"] == 0
            _shown(client, event, capacity, states)


def _shown(client: httpx.Client, event: str, capacity: int | None, states: "Counter[str]") -> None:
    expected = {"capacity": capacity, "confirmed": states["confirmed"], "waiting": states["waiting"]}

    def places() -> dict[str, Any]:
        shown = client.get(f"/events/{event}").json()["places"]
        return {name: shown.get(name) for name in expected}

    until(lambda: places() == expected, limit=10, says=f"the read model shows {expected}, not {places()}")


def every_mail_went_out(crowd: Crowd, mailer_kills: int) -> None:
    """Each delivery under one Message-ID, at most once more for each kill of the mailer; each person got word."""
    node = crowd.node
    ours = {made.id: made for made in crowd.signed_up.values()}
    with node.database("notifications") as database:
        deliveries = list(database["deliveries"].find({}))
    copies = Counter(str(mail["Message-ID"]).strip("<>").partition("@")[0] for _, mail in list(node.mails.got))
    assert set(copies) <= {delivery["_id"] for delivery in deliveries}
    told: dict[str, Counter[str]] = {identity: Counter() for identity in ours}
    repeats = 0
    for delivery in deliveries:
        sent, number = delivery["state"] == "sent", copies[delivery["_id"]]
        assert delivery["state"] in ("sent", "dropped"), delivery
        assert not sent or number >= 1, f"{delivery['_id']} is marked as sent and was not"
        if delivery["reference"] in ours:
            told[delivery["reference"]][delivery["purpose"]] += 1
            repeats = max(repeats, number - 1)
    assert repeats <= mailer_kills, f"a mail came {repeats + 1} times after {mailer_kills} kills of the mailer"
    for identity, purposes in told.items():
        assert purposes, f"{ours[identity].address} was told nothing"
        assert max(purposes[purpose] for purpose in purposes if purpose.startswith("sign_up.")) == 1, purposes
        assert node.mails.to(ours[identity].address), f"no mail to {ours[identity].address}"
        assert sum(purposes[purpose] for purpose in PLACE_MAILS) == 1, purposes
        gone = purposes["sign_up.cancelled"] + purposes["sign_up.left"]
        assert gone == (1 if ours[identity].address in crowd.cancelled else 0), purposes
    for address in crowd.subscribed:
        assert node.mails.to(address), f"no mail to {address}"


def the_read_model_equals_the_services(node: LivingNode) -> None:
    """A rebuild compares every row."""
    folder, began = node.folder.path / "read_model", time.monotonic()
    report = _rebuilt(folder)
    while report.state == "failed" and time.monotonic() - began < 30:  # a service had not the time to answer
        report = _rebuilt(folder)
    assert (report.state, report.differing, report.differences) == ("done", 0, ()), report


def _rebuilt(folder: Any) -> Report:
    identity = control.ask(folder)

    def done() -> Report | None:
        report = control.read_report(folder)
        return report if report and report.id == identity and report.state != "running" else None

    report = until(done, limit=60, says="the rebuild ends")
    assert report is not None
    return report
