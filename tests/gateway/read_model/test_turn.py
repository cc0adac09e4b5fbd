"""Of two projectors one has the turn."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from gateway.read_model import turn
from tests.harness import until

HOLDS = """
import sys, time
from pathlib import Path
from gateway.read_model import turn
assert turn.take(Path(sys.argv[1])) is not None
print("has it", flush=True)
time.sleep(60)
"""


def test_the_turn_is_one_projectors_and_free_at_once_when_that_one_is_killed(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"has it\n"
        assert turn.take(tmp_path) is None
    finally:
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        if holder.stdout:
            holder.stdout.close()
    handle = until(lambda: turn.take(tmp_path), limit=5, says="the turn is free")
    assert handle is not None
    assert turn.take(tmp_path) is None
    os.close(handle)
