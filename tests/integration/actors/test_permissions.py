"""What the cells of the table (tests/integration/permissions) do not say of who may do what in actors."""

import pytest

from services.contracts import errors

from .conftest import World


def test_a_coordinator_of_another_region_opens_accounts_for_their_own(world: World) -> None:
    arguments = {"email": world.address()}
    assert world.rpc.call("actors.open_account", arguments, principal=world.node_coordinator)["id"]


def test_a_revoked_mandate_ends_at_once(world: World) -> None:
    organisation = world.registered()["id"]
    person = world.person("partner", organisation)
    change = {"id": organisation, "places": ["Outokumpu"]}
    world.rpc.call("actors.change_organisation", change, principal=person)
    (mandate,) = world.rpc.call("actors.account", {"account": person.account}, principal=person)["mandates"]
    world.rpc.call("actors.revoke_mandate", {"id": mandate["id"]}, principal=world.coordinator)
    with pytest.raises(errors.Forbidden):
        world.rpc.call("actors.change_organisation", {**change, "places": []}, principal=person)
