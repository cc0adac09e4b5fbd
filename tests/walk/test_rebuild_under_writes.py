"""The read model is rebuilt from the four real services while people sign up, and equals the live one row by row."""

import threading
from typing import Any

import httpx

from gateway.read_model.rebuild import control
from gateway.read_model.rebuild.control import Report
from tests.harness import until
from tests.harness.whole import WholeNode

EVENT = {
    "organiser": {"kind": "region", "id": "FI1DC"},
    "title": {"fi": "Esimerkki, jota kootaan uudelleen"},
    "begins": "2090-06-01T09:00:00+03:00",
    "ends": "2090-06-01T12:00:00+03:00",
    "link": "https://example.org/",
}


def test_a_rebuild_while_people_sign_up_differs_in_no_row_and_loses_no_write(
    whole: WholeNode, coordinator: httpx.Client
) -> None:
    drafts = [coordinator.post("/events", json=EVENT).json()["id"] for _ in range(5)]
    for draft in drafts:
        assert coordinator.post(f"/events/{draft}/publish").status_code == 200
    # Places of a draft stand in the snapshot, and no fact of theirs is public: that is no difference.
    assert coordinator.post("/events", json=EVENT).status_code == 201
    stop = threading.Event()
    signed_up: list[int] = []

    def sign_up() -> None:
        with whole.client() as client:
            while not stop.is_set():
                body = {"name": "Esimerkki", "email": f"esimerkki{len(signed_up)}@example.org"}
                signed_up.append(client.post(f"/events/{drafts[0]}/sign-ups", json=body).status_code)

    writer = threading.Thread(target=sign_up)
    writer.start()
    try:
        reports = [_rebuilt(whole) for _ in range(3)]
    finally:
        stop.set()
        writer.join(30)
    for report in reports:
        assert (report.state, report.differing, report.error) == ("done", 0, "")
        assert report.rows >= len(drafts)
    assert signed_up.count(201) == len(signed_up) > 3

    def counted() -> bool:
        shown: dict[str, Any] = httpx.get(f"{whole.url}/api/v1/events/{drafts[0]}").json()
        return bool(shown["places"]["confirmed"] == len(signed_up))

    until(counted, says="the rebuilt read model shows every sign-up")


def _rebuilt(whole: WholeNode) -> Report:
    folder = whole.node.folder / "read_model"
    identity = control.ask(folder)

    def done() -> Report | None:
        report = control.read_report(folder)
        return report if report and report.id == identity and report.state != "running" else None

    report = until(done, limit=60, says="the rebuild ends")
    assert report is not None
    return report
