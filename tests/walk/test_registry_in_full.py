"""The registry as its people use it, by HTTP: succession, merging, offerings, packages, pipeline, and a rebuild."""

from typing import Any

import httpx

from gateway.read_model.rebuild import control
from tests.harness import until
from tests.harness.whole import WholeNode


def made(response: httpx.Response, status: int = 201) -> dict[str, Any]:
    assert response.status_code == status, response.text
    record: dict[str, Any] = response.json()
    return record


def registered(coordinator: httpx.Client, name: str, **rest: Any) -> str:
    body = {"name": {"fi": name}, "kind": "authority", "regions": ["FI1DC"], **rest}
    return str(made(coordinator.post("/organisations", json=body))["id"])


def partner_of(whole: WholeNode, organisation: str, address: str) -> httpx.Client:
    client = whole.client_of(whole.person(address, "partner", organisation)["id"])
    until(lambda: client.get("/me").status_code == 200, says="the key is known")
    return client


def test_memberships_and_events_of_a_merged_office_stay_readable_and_say_what_it_is_now(
    whole: WholeNode, coordinator: httpx.Client, visitor: httpx.Client
) -> None:
    ely = registered(coordinator, "Pohjois-Karjalan ELY-keskus (esimerkki)")
    evk = registered(coordinator, "Itä-Suomen elinvoimakeskus (esimerkki)")
    consortium = made(
        coordinator.post(
            "/consortia", json={"name": {"fi": "Esimerkkiverkosto"}, "kind": "ecosystem", "regions": ["FI1DC"]}
        )
    )["id"]
    made(coordinator.post(f"/consortia/{consortium}/members", json={"organisation": ely, "agreed": True}))
    event = made(
        coordinator.post(
            "/events",
            json={
                "organiser": {"kind": "organisation", "id": ely},
                "title": {"fi": "Rahoitusinfo (esimerkki)"},
                "begins": "2090-02-01T09:00:00+02:00",
                "ends": "2090-02-01T11:00:00+02:00",
                "link": "https://example.org/",
            },
        )
    )["id"]
    made(coordinator.post(f"/events/{event}/publish"), 200)
    said = {"kind": "merged_into", "other": evk, "since": "2026-01-01"}
    made(coordinator.post(f"/organisations/{ely}/relations", json=said))

    def succeeded() -> dict[str, Any] | None:
        record = made(visitor.get(f"/organisations/{ely}"), 200)
        return record if record["state"] == "succeeded" else None

    old = until(succeeded, says="the old record says what became of it")
    assert old is not None
    assert [(each["id"], each["name"]["fi"]) for each in old["successors"]] == [
        (evk, "Itä-Suomen elinvoimakeskus (esimerkki)")
    ]
    [relation] = old["relations"]
    assert (relation["kind"], relation["label"]["en"]) == ("merged_into", "Merged into")
    [inverse] = made(visitor.get(f"/organisations/{evk}"), 200)["relations"]
    assert (inverse["kind"], inverse["label"]["fi"]) == ("merged_from", "Siihen on yhdistynyt")
    [member] = made(visitor.get(f"/consortia/{consortium}/members"), 200)["items"]
    assert (member["organisation"], member["organisation_name"]["fi"]) == (ely, old["name"]["fi"])
    assert made(visitor.get(f"/events/{event}"), 200)["organiser_name"] == old["name"]
    assert coordinator.post(f"/events/{event}/cancel", json={"reason": {"fi": "Esimerkki"}}).status_code == 200
    found = made(visitor.get("/organisations", params={"q": "ely-keskus"}), 200)["items"]
    assert [(each["id"], each["successors"][0]["id"]) for each in found] == [(ely, evk)]
    listed = made(visitor.get("/organisations"), 200)["items"]
    assert ely not in [each["id"] for each in listed], "a list without words is of what there is now"
    history = made(coordinator.get(f"/organisations/{ely}/history"), 200)["items"]
    assert [each["what"] for each in history][:2] == ["organisation.succeeded", "relation.stated"]


def test_twins_are_offered_merged_and_parted(
    whole: WholeNode, coordinator: httpx.Client, visitor: httpx.Client
) -> None:
    one = registered(coordinator, "Kaivosalan esimerkkilaboratorio Oy", kind="company")
    body = {"name": {"fi": "Kaivosalan esimerkkilaboratorio"}, "kind": "company", "regions": ["FI1DC"]}
    two = made(coordinator.post("/organisations", json=body))
    assert [each["id"] for each in two["similar"]] == [one]
    offers = made(coordinator.get("/my/merge-offers"), 200)["items"]
    assert {one, two["id"]} in [{each["id"] for each in offer["organisations"]} for offer in offers]
    merge = made(coordinator.post(f"/organisations/{one}/merge", json={"other": two["id"], "take": ["name"]}), 200)

    def state() -> str:
        return str(made(visitor.get(f"/organisations/{two['id']}"), 200)["state"])

    until(lambda: state() == "merged", says="the twin points to the other")
    made(coordinator.post(f"/merges/{merge['id']}/undo"), 200)
    until(lambda: state() == "admitted", says="both are there again")
    assert visitor.get("/my/merge-offers").status_code == 401
    apart = {"organisations": [one, two["id"]]}
    made(coordinator.post("/my/merge-offers/not-the-same", json=apart), 200)
    assert made(coordinator.get("/my/merge-offers"), 200)["items"] == []


def test_a_package_of_two_actors_offerings_is_found_by_material_level_and_code(
    whole: WholeNode, coordinator: httpx.Client, visitor: httpx.Client
) -> None:
    mintec = registered(coordinator, "Esimerkkikoetehdas", kind="research", website="https://example.org/")
    firm = registered(coordinator, "Esimerkki Näytteenotto Oy", kind="company")
    partner = partner_of(whole, firm, "nayte@example.org")
    trial = {"title": {"fi": "Koeajo (esimerkki)"}, "kind": "service", "materials": ["cobalt"], "trl_from": 4}
    mine = made(coordinator.post(f"/organisations/{mintec}/offerings", json={**trial, "trl_to": 7, "nace": ["09.90"]}))
    sampling = {"title": {"fi": "Näytteenotto (esimerkki)"}, "kind": "equipment", "nace": ["71.12"]}
    theirs = made(partner.post(f"/organisations/{firm}/offerings", json=sampling))
    body = {"title": {"fi": "Näytteestä koeajoon (esimerkki)"}, "offerings": [mine["id"], theirs["id"]]}
    package = made(coordinator.post(f"/organisations/{mintec}/packages", json=body))
    assert package["state"] == "draft"
    assert visitor.get(f"/packages/{package['id']}").status_code == 404
    [asked] = made(partner.get(f"/organisations/{firm}/packages"), 200)["items"]
    answer = {"offering": theirs["id"], "consent": True}
    made(partner.post(f"/packages/{asked['id']}/consent", json=answer), 200)
    for query in ({"material": "cobalt"}, {"trl": "5"}, {"nace": "71"}, {"organisation": firm}, {"q": "näytteenotto"}):
        found = made(visitor.get("/packages", params=query), 200)["items"]
        assert [each["id"] for each in found] == [package["id"]], query
    shown = made(visitor.get(f"/offerings/{mine['id']}"), 200)
    assert (shown["contact"], shown["organisation_name"]["fi"]) == ("https://example.org/", "Esimerkkikoetehdas")
    wrong = coordinator.post(f"/organisations/{mintec}/offerings", json={**trial, "trl_to": 2, "materials": ["gold"]})
    assert wrong.status_code == 422
    assert {entry["pointer"] for entry in wrong.json()["errors"]} == {"/materials/0"}
    partner.close()


def test_the_pipeline_is_the_coordinators_alone(coordinator: httpx.Client, visitor: httpx.Client) -> None:
    added = made(coordinator.post("/pipeline", json={"region": "FI1DC", "name": "Esimerkki Kaivospumppu Oy"}))
    path = f"/pipeline/{added['id']}"
    made(coordinator.post(f"{path}/stage", json={"stage": "contacted"}), 200)
    made(coordinator.post(f"{path}/talks", json={"on": "2026-01-07", "summary": "Esimerkki"}), 200)
    made(coordinator.post(f"{path}/next-step", json={"what": "Esimerkki", "due": "2026-02-01"}), 200)
    numbers = made(coordinator.get("/pipeline/numbers", params={"region": "FI1DC"}), 200)
    assert (numbers["candidates"], numbers["overdue"]) == (1, 1)
    [listed] = made(coordinator.get("/pipeline", params={"region": "FI1DC", "stage": "contacted"}), 200)["items"]
    assert listed["id"] == added["id"]
    for hidden in (path, f"{path}/history", "/pipeline?region=FI1DC", "/pipeline/numbers?region=FI1DC"):
        assert visitor.get(hidden).status_code == 401, hidden
    assert coordinator.delete(path).status_code == 204


def test_a_rebuild_of_the_registry_in_full_differs_in_no_row(whole: WholeNode, coordinator: httpx.Client) -> None:
    one, other = registered(coordinator, "Esimerkki A"), registered(coordinator, "Esimerkki B")
    kept = made(coordinator.post(f"/organisations/{one}/relations", json={"kind": "unit_of", "other": other}))
    gone = made(coordinator.post(f"/organisations/{other}/relations", json={"kind": "member_of", "other": one}))
    assert coordinator.delete(f"/relations/{gone['id']}").status_code == 200
    offering = {"title": {"fi": "Esimerkki"}, "kind": "service"}
    withdrawn = made(coordinator.post(f"/organisations/{one}/offerings", json=offering))
    assert coordinator.delete(f"/offerings/{withdrawn['id']}").status_code == 200
    folder = whole.node.folder / "read_model"
    identity = control.ask(folder)

    def report() -> control.Report | None:
        found = control.read_report(folder)
        return found if found and found.id == identity and found.state != "running" else None

    done = until(report, limit=60, says="the rebuild ends")
    assert done is not None
    assert (done.state, done.differing, done.error) == ("done", 0, ""), done.differences
    assert done.records["relation"] >= 1
    assert made(coordinator.get(f"/organisations/{one}"), 200)["relations"][0]["id"] == kept["id"]
