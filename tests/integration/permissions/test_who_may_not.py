"""The table of permissions, tried cell by cell at the running services by remote calls, past the gateway: whoever may
not.

They are refused in the very way that the attempt names; the records that the call names stay as they were, none is
added, and the command is not stored as done. That no fact of a refused command was published is seen at the end, behind
a later fact of the same service.
"""

import secrets
from typing import Any

from services.contracts import errors
from services.contracts.principal import OPERATOR

from .attempts import ATTEMPTS, Attempt
from .cells import REFUSED, cells
from .personas import Persona
from .world import FOREIGN_REGION, OWN_REGION, World


@cells(REFUSED)
def test_who_may_not_is_refused_and_changes_nothing(world: World, attempt: Attempt, persona: Persona) -> None:
    who = world.principal(persona, attempt.rows)
    arguments, before = world.prepared_once(attempt.name, attempt.service, lambda: attempt.prepare(world, who))
    command = f"refused-{secrets.token_hex(8)}"
    world.refused.add(command)
    refusal, answer = _refusal(world, attempt, arguments, who, command)
    expected = attempt.refusal(persona)
    assert refusal is expected, f"{refusal and refusal.__name__} instead of {expected and expected.__name__}: {answer}"
    assert expected is not None or not attempt.seen(arguments, answer), f"shown to who may not see it: {answer}"
    assert world.state_of(attempt.service, arguments) == before
    assert not world.was_done(attempt.service, command)


def test_no_refused_command_published_a_fact(world: World) -> None:
    """Facts of one service are published in order: what came before a later one is here when that one is."""
    assert world.refused, "this test looks back at the refused cells: run it with them"
    marked = {
        "actors.organisation.registered": ("actors.register_organisation", world.an_organisation(OWN_REGION)),
        "consortium.consortium.founded": ("consortium.found", world.a_consortium(OWN_REGION)),
        "notifications.subscription.requested": (
            "notifications.subscribe",
            {"email": world.address(), "filter": {"regions": [FOREIGN_REGION]}},
        ),
    }
    for fact_type, (call, arguments) in marked.items():
        command = f"last-{secrets.token_hex(8)}"
        world.rpc.call(call, arguments, principal=world.coordinator, command_id=command)
        world.facts.wait_for(fact_type, lambda fact, command=command: fact.causation_id == command)  # type: ignore[misc]
    draft = next(attempt for attempt in ATTEMPTS if attempt.name == "draft_event of a region")
    arguments = draft.prepare(world, OPERATOR)
    world.rpc.call(draft.call, arguments, principal=world.coordinator, command_id="last-event")
    world.facts.wait_for("events.block.placed", lambda fact: fact.causation_id == "last-event")
    assert not [fact for fact in world.facts.seen if fact.causation_id.partition("#")[0] in world.refused]


def _refusal(world: World, attempt: Attempt, arguments: Any, who: Any, command: str) -> tuple[Any, Any]:
    try:
        answer = world.rpc.call(attempt.call, arguments, principal=who, command_id=command)
    except errors.Refusal as refusal:
        return type(refusal), str(refusal)
    return None, answer
