"""./malmi itself: a shell script that anybody calls from anywhere."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def malmi(*arguments: str, script: Path = ROOT / "malmi", **options: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([str(script), *arguments], capture_output=True, text=True, timeout=60, **options)  # type: ignore[call-overload,no-any-return]


def test_help_names_every_command_from_another_folder_through_a_symlink(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "__init__.py").write_text("raise SystemExit('the wrong deploy')")
    link = tmp_path / "m"
    link.symlink_to(ROOT / "malmi")
    second = tmp_path / "n"
    second.symlink_to("m")

    called = malmi("--help", script=second, cwd=tmp_path)

    assert called.returncode == 0, called.stderr
    for command in ("up", "down", "status", "logs", "test", "mandate", "key", "account", "dead-letters", "rebuild"):
        assert f"\n  {command} " in called.stdout


def test_it_is_plain_sh() -> None:
    assert subprocess.run(["sh", "-n", str(ROOT / "malmi")], check=False).returncode == 0
    shell = shutil.which("dash")
    if shell:
        assert subprocess.run([shell, "-n", str(ROOT / "malmi")], check=False).returncode == 0


def test_without_a_fitting_python_it_says_what_to_install(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    called = malmi("status", env={**os.environ, "MALMI_PYTHON": str(old)})

    assert called.returncode == 1
    assert called.stderr.strip().splitlines() == [
        "malmi: needs Python 3.11, 3.12 or 3.13. Install it:  sudo apt-get install python3 python3-venv"
    ]


def test_a_copy_without_its_lock_file_says_so(tmp_path: Path) -> None:
    shutil.copy(ROOT / "malmi", tmp_path / "malmi")

    called = malmi("status", script=tmp_path / "malmi")

    assert called.returncode == 1
    assert "requirements.lock is missing" in called.stderr


def test_packages_that_do_not_match_their_hashes_are_not_installed(tmp_path: Path) -> None:
    shutil.copy(ROOT / "malmi", tmp_path / "malmi")
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("iniconfig=="))
    (tmp_path / "requirements.lock").write_text(f"{lines[start]}\n    --hash=sha256:{'0' * 64}\n")

    called = malmi("status", script=tmp_path / "malmi")

    assert called.returncode == 1
    assert "installing the packages failed" in called.stderr
    assert not (tmp_path / ".venv" / "malmi.made-from").exists()


def test_status_of_a_folder_without_a_node_is_three_and_one_line(tmp_path: Path) -> None:
    called = malmi("status", "--data", str(tmp_path / "none"))
    assert called.returncode == 3
    assert called.stdout == f"No node is running in {tmp_path / 'none'}.\n"
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("up", "--region", "atlantis"), "no region 'atlantis'"),
        (("mandate", "grant", "a@example.org", "operator", "node"), "no node is running"),
        (("dead-letters", "list"), "no node is running"),
        (("rebuild",), "no node is running"),
        (("logs", "relay"), "no log of relay"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_makes_nothing(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    folder = tmp_path / "none"
    called = malmi(*arguments, env={**os.environ, "MALMI_DATA": str(folder)})
    assert called.returncode == 1
    assert said in called.stderr
    assert len(called.stderr.strip().splitlines()) == 1
    assert not folder.exists()


def test_the_lock_file_pins_every_package_by_hash_and_names_no_index() -> None:
    text = (ROOT / "requirements.lock").read_text()
    packages = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(packages) > 50
    assert all("==" in package and package.endswith("\\") for package in packages)
    assert not [word for word in ("://", "--index", "--find-links", "file:") if word in text]
