"""The table of permissions, tried cell by cell at the running services by remote calls, past the gateway: whoever may.

Each attempt is made so that nothing but permission stands in its way: for whoever may, it goes through.
"""

import secrets

from services.contracts.rpc import BY_NAME

from .attempts import Attempt
from .cells import ALLOWED, cells
from .personas import Persona
from .world import World


@cells(ALLOWED)
def test_who_may_gets_through(world: World, attempt: Attempt, persona: Persona) -> None:
    who = world.principal(persona, attempt.rows)
    arguments = attempt.prepare(world, who)
    command = f"allowed-{secrets.token_hex(8)}"
    answer = world.rpc.call(attempt.call, arguments, principal=who, command_id=command)
    assert attempt.seen(arguments, answer), f"answered without what was asked for: {answer}"
    if BY_NAME[attempt.call].kind == "command":
        assert world.was_done(attempt.service, command)
