"""The supervisor, on real child processes."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from deploy.node import restarts, state
from deploy.node.parts import Readiness
from deploy.node.process import Identity, end_leftover, identify, is_alive
from deploy.node.program import Program, Running
from deploy.node.state import PartState
from deploy.node.supervisor import Supervisor, rotate

STAYS = "ready.touch(); time.sleep(60)"
MakeProgram = Callable[..., Program]
Until = Callable[[Callable[[], object], str], None]


class Nodes:
    """Makes supervisors and stops what they started."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.said, self._made = folder, list[tuple[str, str]](), list[Supervisor]()

    def of(self, *programs: Program) -> Supervisor:
        supervisor = Supervisor(
            "test",
            programs,
            logs=self.folder / "log",
            state_file=self.folder / "state.json",
            report=lambda part, said: self.said.append((part, said)),
            back_off=(0.05, 0.1),
        )
        self._made.append(supervisor)
        return supervisor

    def stop(self) -> None:
        for supervisor in self._made:
            supervisor.stop()


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    made = Nodes(tmp_path)
    yield made
    made.stop()


def part(supervisor: Supervisor, name: str) -> PartState:
    return next(shown for shown in supervisor.state.parts if shown.name == name)


def turn_until(supervisor: Supervisor, until: Until, condition: Callable[[], object], what: str) -> None:
    def turned() -> object:
        supervisor.turn()
        return condition()

    until(turned, what)


def test_a_part_is_started_only_when_what_it_needs_is_ready(nodes: Nodes, program: MakeProgram, tmp_path: Path) -> None:
    first_is_there = f"assert pathlib.Path({str(tmp_path / 'first.ready')!r}).exists(); "
    second = program("second", first_is_there + STAYS, after=("first",))
    slow = program("first", "time.sleep(0.5); " + STAYS)

    supervisor = nodes.of(second, slow)

    assert supervisor.run_until_ready(20)
    ready = [name for name, said in nodes.said if said.startswith("ready")]
    assert ready == ["first", "second"]
    assert part(supervisor, "second").restarts == 0


def test_a_part_that_dies_is_started_again_and_its_exit_is_told(
    nodes: Nodes, program: MakeProgram, until: Until
) -> None:
    supervisor = nodes.of(program("one", STAYS))
    assert supervisor.run_until_ready(20)
    first = part(supervisor, "one").process
    assert first is not None

    os.kill(first.pid, signal.SIGKILL)
    turn_until(supervisor, until, lambda: part(supervisor, "one").restarts == 1, "the death is noticed")
    turn_until(supervisor, until, lambda: part(supervisor, "one").state == "ready", "it is ready again")

    second = part(supervisor, "one").process
    assert second is not None
    assert second.pid != first.pid
    assert "SIGKILL" in (part(supervisor, "one").last_exit or "")


def test_a_part_that_runs_but_is_unwell_is_ended_started_again_and_the_reason_is_told(
    nodes: Nodes, program: MakeProgram, until: Until
) -> None:
    unwell: dict[int, str] = {}
    one = replace(program("one", STAYS), unwell=lambda running: unwell.get(running.pid))
    supervisor = nodes.of(one, program("two", STAYS))
    assert supervisor.run_until_ready(20)
    first, other = part(supervisor, "one").process, part(supervisor, "two").process
    assert first is not None

    unwell[first.pid] = "no queue has a leader"
    turn_until(supervisor, until, lambda: part(supervisor, "one").restarts == 1, "it is ended")
    turn_until(supervisor, until, lambda: part(supervisor, "one").state == "ready", "it is ready again")

    assert not is_alive(first)
    assert "no queue has a leader" in (part(supervisor, "one").last_exit or "")
    assert part(supervisor, "two").process == other


def test_the_pause_before_a_restart_grows_with_every_death(nodes: Nodes, program: MakeProgram, until: Until) -> None:
    supervisor = nodes.of(program("one", "sys.exit(3)"))

    turn_until(supervisor, until, lambda: part(supervisor, "one").restarts == 3, "it died three times")

    assert [said for _, said in nodes.said][:3] == [
        "exited with 3; starting it again in 0.05 s",
        "exited with 3; starting it again in 0.1 s",
        "exited with 3; starting it again in 0.1 s",
    ]


def test_a_part_that_cannot_start_at_all_ends_the_start_with_its_name(nodes: Nodes, program: MakeProgram) -> None:
    supervisor = nodes.of(program("good", STAYS), program("broken", "sys.exit(1)"))

    assert not supervisor.run_until_ready(20)

    assert supervisor.state.phase == "failed"
    assert "broken" in (supervisor.state.problem or "")
    assert "good" not in (supervisor.state.problem or "")


def test_parts_stop_layer_by_layer_and_leave_no_process(nodes: Nodes, program: MakeProgram, tmp_path: Path) -> None:
    log = tmp_path / "stopped"
    tells = f"signal.signal(signal.SIGTERM, lambda *_: (open({str(log)!r}, 'a').write(NAME), sys.exit(0)));"
    supervisor = nodes.of(
        *(program(name, f"NAME = '{name} '; {tells} {STAYS}", layer=layer) for layer, name in enumerate("abc"))
    )
    assert supervisor.run_until_ready(20)
    processes = [shown.process for shown in supervisor.state.parts]

    supervisor.stop()

    assert log.read_text().split() == ["c", "b", "a"]
    assert not any(is_alive(process) for process in processes if process)
    assert supervisor.state.phase == "stopped"


def test_a_part_that_ignores_sigterm_is_killed_with_its_children(nodes: Nodes, program: MakeProgram) -> None:
    stubborn = "signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork(); " + STAYS
    supervisor = nodes.of(program("one", stubborn, stop_limit=0.3))
    assert supervisor.run_until_ready(20)
    process = part(supervisor, "one").process
    assert process is not None
    family = [process.pid, *(child.pid for child in psutil.Process(process.pid).children())]
    assert len(family) == 2

    supervisor.stop()

    assert [pid for pid in family if identify(pid)] == []


def test_asking_to_stop_ends_the_loop(nodes: Nodes, program: MakeProgram) -> None:
    supervisor = nodes.of(program("one", STAYS))
    assert supervisor.run_until_ready(20)
    threading.Timer(0.2, supervisor.ask_stop).start()

    supervisor.run()

    assert part(supervisor, "one").state == "ready"


def test_the_state_file_tells_others_what_the_supervisor_knows(
    nodes: Nodes, program: MakeProgram, tmp_path: Path
) -> None:
    supervisor = nodes.of(program("one", STAYS))
    assert supervisor.run_until_ready(20)

    assert state.read(tmp_path / "state.json") == supervisor.state


def test_no_part_outlives_a_supervisor_that_is_killed(tmp_path: Path, until: Until) -> None:
    script = f"""
import os, sys, time
from pathlib import Path
from deploy.node.process import spawn
sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
child = spawn(sleeper, env=os.environ, log=Path({str(tmp_path / "log")!r}))
print(child.pid, flush=True)
time.sleep(60)
"""
    starter = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    child = int(starter.stdout.readline())
    until(lambda: "sleep(60)" in " ".join(psutil.Process(child).cmdline()[1:3]), "the program runs")

    starter.kill()
    starter.wait()
    starter.stdout.close()

    until(lambda: identify(child) is None, "the child ends with its starter")


def test_a_leftover_is_ended_only_if_it_is_still_the_same_process() -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        now = identify(process.pid)
        assert now is not None

        assert not end_leftover(Identity(now.pid, now.started - 100))
        assert process.poll() is None

        assert end_leftover(now)
        assert process.wait(5) == -signal.SIGTERM
    finally:
        process.kill()
        process.wait()


def test_a_log_that_grew_too_long_is_moved_while_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    with log.open("ab") as writer:
        writer.write(b"old\n" * 100)
        writer.flush()

        assert rotate(log, limit=50)
        writer.write(b"new\n")

    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "part.log.1").read_bytes() == b"old\n" * 100
    assert not rotate(log, limit=50)


def test_a_process_is_ready_when_it_says_so_itself_not_when_another_of_its_part_does() -> None:
    processes = [{"pid": 11, "age": 0.5, "ready": True}, {"pid": 12, "age": 0.1, "ready": False}]
    gateway = Readiness(
        fetch=lambda: (503, {"parts": [{"part": "relay", "processes": processes}], "gateway": {"pid": 7}})
    )

    assert gateway.hears("relay", Running(11, 5.0))
    assert not gateway.hears("relay", Running(12, 5.0)), "it is heard, and not ready"
    assert not gateway.hears("relay", Running(13, 5.0)), "it is not heard"
    assert not gateway.hears("events", Running(11, 5.0))
    assert gateway.answers(Running(7, 1.0))
    assert not gateway.answers(Running(8, 1.0)), "its forerunner answered"


def test_a_process_is_known_again_after_the_clock_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    own = identify(os.getpid())
    assert own is not None
    created, boot = psutil.Process().create_time(), psutil.boot_time()
    # what the kernel says an hour back: it reckons both from the clock as it is now
    monkeypatch.setattr(psutil.Process, "create_time", lambda _: created - 3600)
    monkeypatch.setattr(psutil, "boot_time", lambda: boot - 3600)

    assert is_alive(own)
    assert not is_alive(Identity(own.pid, own.started, "another start of the machine"))


def test_a_full_disk_ends_no_supervisor(nodes: Nodes, program: MakeProgram, until: Until) -> None:
    supervisor = nodes.of(program("one", STAYS))
    assert supervisor.run_until_ready(20)
    process = part(supervisor, "one").process
    assert process is not None
    with_a_full_disk = nodes.folder / "state.json"
    with_a_full_disk.unlink()
    with_a_full_disk.mkdir()  # nothing can be put there, whoever asks

    os.kill(process.pid, signal.SIGKILL)
    turn_until(supervisor, until, lambda: part(supervisor, "one").restarts == 1, "the death is noticed")
    turn_until(supervisor, until, lambda: part(supervisor, "one").state == "ready", "it is ready again")
    with_a_full_disk.rmdir()

    turn_until(supervisor, until, with_a_full_disk.exists, "the file is written once there is room")
    assert state.read(with_a_full_disk) == supervisor.state


def restarted(supervisor: Supervisor, until: Until, folder: Path, *names: str) -> restarts.Report:
    request = restarts.ask(folder, names)

    def ended() -> bool:
        report = restarts.read(folder, request)
        return report is not None and report.state != "running"

    turn_until(supervisor, until, ended, "the restart ends")
    report = restarts.read(folder, request)
    assert report is not None
    return report


def test_a_restart_lets_the_old_process_go_only_when_the_new_one_is_ready(
    nodes: Nodes, program: MakeProgram, tmp_path: Path, until: Until
) -> None:
    log = tmp_path / "lives"
    log.touch()
    tells = f"say = lambda what: open({str(log)!r}, 'a').write(f'{{what}} {{os.getpid()}}\\n'); say('began');"
    ends = "signal.signal(signal.SIGTERM, lambda *_: (say('ended'), sys.exit(0)));"
    gapless = replace(
        program("one", f"{tells} {ends} {STAYS}"),
        overlaps=True,
        ready=lambda running: f"began {running.pid}" in log.read_text(),
    )
    supervisor = nodes.of(gapless, program("two", STAYS))
    assert supervisor.run_until_ready(20)
    before = {shown.name: shown.process for shown in supervisor.state.parts}

    report = restarted(supervisor, until, tmp_path, "one", "two")

    assert report.state == "done"
    assert [line.split()[:2] for line in report.said] == [["one", "restarted"], ["two", "restarted"]]
    assert log.read_text().split()[::2] == ["began", "began", "ended"]
    for shown in supervisor.state.parts:
        assert (shown.state, shown.restarts) == ("ready", 0), "a restart that was asked for is no death"
        assert shown.process != before[shown.name]


def test_a_new_process_that_cannot_start_leaves_the_old_one_and_ends_the_restart(
    nodes: Nodes, program: MakeProgram, tmp_path: Path, until: Until
) -> None:
    mark = tmp_path / "broken"
    code = f"broken = pathlib.Path({str(mark)!r}); broken.exists() and sys.exit(1); {STAYS}"
    one = replace(program("one", code), overlaps=True, ready=lambda _: not mark.exists())
    supervisor = nodes.of(one, program("two", STAYS))
    assert supervisor.run_until_ready(20)
    before = [shown.process for shown in supervisor.state.parts]
    mark.touch()

    report = restarted(supervisor, until, tmp_path, "one", "two")

    assert (report.state, report.said) == ("failed", ())
    assert report.problem.startswith("one: the new process ended at its start (1)")
    assert [shown.process for shown in supervisor.state.parts] == before
    assert all(process and is_alive(process) for process in before)


def test_a_node_that_is_stopped_during_a_restart_leaves_neither_process(
    nodes: Nodes, program: MakeProgram, tmp_path: Path, until: Until
) -> None:
    waits, said = tmp_path / "waits", tmp_path / "said"
    code = f"pathlib.Path({str(said)!r}).write_text(str(os.getpid())); {STAYS}"
    one = replace(program("one", code), overlaps=True, ready=lambda _: said.exists() and not waits.exists())
    supervisor = nodes.of(one)
    assert supervisor.run_until_ready(20)
    first = int(said.read_text())
    waits.touch()
    request = restarts.ask(tmp_path, ["one"])
    turn_until(supervisor, until, lambda: int(said.read_text() or first) != first, "the second runs")

    supervisor.stop()

    assert [pid for pid in (first, int(said.read_text())) if identify(pid)] == []
    report = restarts.read(tmp_path, request)
    assert report is not None
    assert report.problem == "the node was stopped meanwhile"
