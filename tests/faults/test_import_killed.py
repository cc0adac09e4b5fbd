"""An import whose service is killed, again and again: it goes on where it was."""

from collections import Counter
from pathlib import Path

import pytest

from tests.harness import Facts, Rpc, until
from tests.harness.node import running_node
from tests.integration.actors.conftest import World, y_tunnus
from tests.integration.actors.spreadsheets import Importing, csv_table

ROWS = 2_000


def wait_for_part(importing: Importing, view: str, share: int) -> None:
    until(lambda: importing.call("import_", {"id": view})["done"] >= share, limit=60, says="a part")


@pytest.mark.full
def test_an_import_goes_on_where_it_was_after_its_service_was_killed(tmp_path: Path) -> None:
    for node in running_node(tmp_path):
        service = node.start("actors")
        rpc, facts = Rpc(node.amqp_uri), Facts(node.amqp_uri)
        world = World(rpc, facts)
        importing = Importing(world)
        names = [world.name() for _ in range(ROWS)]
        rows = "".join(f"{name};company;{y_tunnus()}\n" for name in names)
        view = importing.opened(csv_table("name_fi;kind;y-tunnus\n" + rows))
        importing.call("run_import", {"id": view["id"]})
        for share in (200, 1_000):
            wait_for_part(importing, view["id"], share)
            service.kill()
            service = node.start("actors")
        done = importing.until(view["id"], "done", "failed", limit=120)
        assert (done["counts"], done["done"]) == ({"added": ROWS}, ROWS)
        there = Counter(record["name"].get("fi") for record in world.public().values() if "name" in record)
        assert {there[name] for name in names} == {1}, "nothing twice, nothing lost"
        rpc.close()
        facts.close()
