"""The first walk of the README, run as a newcomer would: its very commands, in one shell, from a fresh node."""

import os
import re
import subprocess
from pathlib import Path

from deploy.node.ports import next_free

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 170


def commands() -> str:
    """All `sh` blocks of the README, in order."""
    return "\n".join(re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL))


def test_the_first_walk_leads_from_nothing_to_a_published_seminar_and_the_mail_about_it(tmp_path: Path) -> None:
    port = next_free(18_080)
    script = commands().replace("./malmi up", f"./malmi up --port {port}")
    script = script.replace(":8080", f":{port}").replace(":8081", f":{port + 1}")
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "MALMI_DATA": str(tmp_path / "data"),
    }
    try:
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LIMIT,
        )
    finally:
        subprocess.run(["./malmi", "down"], cwd=ROOT, env=environment, capture_output=True, timeout=60)
    assert run.returncode == 0, f"{run.stdout[-3000:]}\n{run.stderr[-3000:]}"
    assert '"state":"confirmed"' in run.stdout.replace(" ", "")
    assert '"state":"waiting"' in run.stdout.replace(" ", "")
    assert "SUMMARY:Esimerkkiseminaari kaivosvesistä" in run.stdout
    assert "event.ics" in run.stdout
