"""Import rules: import-linter checks the graph (pyproject.toml); here, that no folder is left out of it, and the few
rules that are about files."""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .tree import PACKAGES, ROOT, calls_of, imports_of, python_files, services, shown

pytestmark = pytest.mark.quick

FRAMEWORKS = {"nameko", "kombu", "pymongo", "marshmallow", "eventlet", "amqp", "falcon", "aio_pika"}
AT_THE_EDGE = {"service.py", "store.py"}


def contracts() -> list[dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return found


def contract(name: str) -> dict[str, Any]:
    return next(contract for contract in contracts() if contract["name"] == name)


def top(name: str) -> str:
    return name.partition(".")[0]


def test_import_linter_looks_at_all_our_packages() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    here = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert here == set(PACKAGES) == set(settings["tool"]["importlinter"]["root_packages"])


def test_every_service_is_in_the_rule_that_services_know_nothing_of_each_other() -> None:
    independent = contract("Services know nothing of each other")["modules"]
    assert set(independent) == {f"services.{service.name}" for service in services()}


@pytest.mark.parametrize(
    "rule",
    [
        "Contracts import nothing of ours",
        "The gateway knows the contracts, and no service",
        "The runtime serves every service and knows none",
    ],
)
def test_every_service_is_forbidden_where_services_are(rule: str) -> None:
    assert {f"services.{service.name}" for service in services()} <= set(contract(rule)["forbidden_modules"])


@pytest.mark.parametrize("folder", ["model", "use_cases"])
def test_rules_and_use_cases_import_no_framework(folder: str) -> None:
    broken = {
        shown(path): sorted(FRAMEWORKS & {top(name) for name in imports_of(path)})
        for path in _parts(folder)
        if FRAMEWORKS & {top(name) for name in imports_of(path)}
    }
    assert broken == {}


def test_rules_import_the_standard_library_contracts_and_themselves_only() -> None:
    """And python-stdnum, for check digits; rapidfuzz, for the likeness of names."""
    allowed = {*sys.stdlib_module_names, "stdnum", "rapidfuzz"}
    broken = []
    for path in _parts("model"):
        own = f"services.{path.relative_to(ROOT / 'services').parts[0]}.model"
        ours = (own, "services.contracts")
        strange = [name for name in imports_of(path) if top(name) not in allowed and not name.startswith(ours)]
        broken += [f"{shown(path)}: {name}" for name in strange]
    assert broken == []


def test_frameworks_of_services_stay_at_the_edge() -> None:
    """nameko and pymongo are for service.py and store.py, and for the runtime."""
    inside = [path for service in services() for path in service.rglob("*.py")]
    users = [path for path in inside if {"nameko", "pymongo", "eventlet"} & {top(name) for name in imports_of(path)}]
    assert [shown(path) for path in users if path.name not in AT_THE_EDGE and "courier" not in path.parts] == []


def test_tests_wait_for_conditions_and_do_not_sleep() -> None:
    """The one sleep is in tests/harness/waiting.py, between two looks at a condition. Benchmarks are no tests: they
    keep a pace, and let a node rest while they measure it at rest."""
    allowed = ROOT / "tests" / "harness" / "waiting.py"
    sleepers = [
        shown(path)
        for path in python_files("tests")
        if path != allowed
        and "benchmarks" not in path.parts
        and {"time.sleep", "sleep", "eventlet.sleep"} & set(calls_of(path))
    ]
    assert sleepers == []


def test_tests_replace_no_parts_by_mocks() -> None:
    mocking = [
        shown(path)
        for path in python_files("tests")
        if any(name.startswith(("unittest.mock", "mock", "pytest_mock")) for name in imports_of(path))
    ]
    assert mocking == []


def _parts(folder: str) -> Iterator[Path]:
    for service in services():
        yield from (service / folder).rglob("*.py")
        single = service / f"{folder}.py"
        if single.exists():
            yield single
