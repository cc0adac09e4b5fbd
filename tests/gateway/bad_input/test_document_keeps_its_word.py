"""/openapi.json keeps its word: schemathesis makes requests of it, right and wrong ones, and runs all its checks.

No answer of 5xx, no status, content type, body or header that the document does not name; what the document forbids
is refused, what it allows is not (but for rules that no schema can say). Nothing leaves the machine (conftest.py).
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gateway.bad_input.conftest import Subject

CURSOR = "WyIyMDkwLTA1LTA0IiwiZXZ0XzEiXQ"
LEFT_OUT = {
    "open_import": "any text is a file of one column: the tool has no wrong one; tests/gateway/sheets has many",
    "stream_facts": "it answers for as long as it is listened to; tests/gateway/feeds/test_live.py has it",
    "revoke_key": "the tool would revoke the key that it uses; below it is tried without one",
}


def _settings(folder: Path, subject: Subject, *, known_ids: bool) -> Path:
    """The tool's settings. known_ids: paths name records that are there, so that the core is reached."""
    text = f"""
request-timeout = 30

[checks.positive_data_acceptance]
# Rules between fields and records (an end after its beginning, a member of the consortium) are no part of a schema.
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 412, 422, 429]

[checks.negative_data_rejection]
# The tool's own list, and what is refused for its size or its pace.
expected-statuses = [400, 401, 403, 404, 405, 406, 408, 409, 411, 413, 415, 422, 428, 429]

[parameters]
# What a schema cannot say of them: which texts are a cursor, from which year to which the calendar goes.
cursor = "{CURSOR}"
from = "2027-03-28"
to = "2090-12-31"
due_before = "2027-03-28"
since = "2026-11-01T00:00:00Z"
until = "2090-12-31T00:00:00Z"
# The tool takes the pattern of a quoted text in a header for one without quotes; wrong ones are tried in gateway/http.
"header.If-Match" = '"1-1"'
"""
    for place, identity in subject.ids.items() if known_ids else ():
        text += f"""
[[operations]]
include-path-regex = "^/api/v1/{place}/.id."
parameters = {{ "path.id" = "{identity}" }}
"""
    settings = folder / "schemathesis.toml"
    settings.write_text(text)
    return settings


def _run(folder: Path, subject: Subject, *options: str, key: bool, leave_out: tuple[str, ...] = ()) -> None:
    settings = _settings(folder, subject, known_ids=key)
    excluded = [option for name in leave_out for option in ("--exclude-operation-id", name)]
    who = ["-H", f"Authorization: {subject.secret}"] if key else []
    tool = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [
            tool,
            "--config-file",
            settings,
            "run",
            f"{subject.url}/openapi.json",
            "--checks",
            "all",
            "--no-color",
            "--workers",
            "1",  # two threads that parse Python at once break the parser of 3.11 now and then (CPython issue 106905)
            "--warnings",
            "off",
            "--generation-database",
            "none",
            *who,
            *excluded,
            *options,
        ],
        cwd=folder,
        env={**os.environ, "NO_PROXY": "*", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-60_000:]}\n{done.stderr[-3_000:]}"


def test_what_a_visitor_is_answered_is_what_the_document_says(subject: Subject, tmp_path: Path) -> None:
    _run(tmp_path, subject, "--phases", "fuzzing", "--max-examples", "1", key=False, leave_out=("stream_facts",))


def test_what_a_coordinator_is_answered_is_what_the_document_says(subject: Subject, tmp_path: Path) -> None:
    _run(tmp_path, subject, "--phases", "fuzzing", "--max-examples", "1", key=True, leave_out=tuple(LEFT_OUT))


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("key", [False, True], ids=["visitor", "coordinator"])
def test_all_that_the_document_allows_and_forbids_is_answered_as_it_says(
    subject: Subject, tmp_path: Path, key: bool
) -> None:
    leave_out = tuple(LEFT_OUT) if key else ("stream_facts",)
    _run(
        tmp_path,
        subject,
        "--max-examples",
        "20",
        "--continue-on-failure",
        "--max-time",
        "240",
        key=key,
        leave_out=leave_out,
    )
