"""The folder tree is the architecture: what a service consists of, what names say, how large a module may be."""

import ast
from pathlib import Path

import pytest

from services.contracts import facts
from services.contracts.rpc import SERVICES
from services.runtime import topology

from .tree import PACKAGES, ROOT, python_files, services, shown

pytestmark = pytest.mark.quick

SAY_NOTHING = {"utils", "util", "common", "helpers", "helper", "manager", "managers", "misc", "shared", "base_classes"}
LONGEST = 400
each_service = pytest.mark.parametrize("service", services(), ids=lambda folder: folder.name)


def test_the_services_are_those_that_answer_calls() -> None:
    assert {folder.name for folder in services()} == set(SERVICES)


@each_service
@pytest.mark.parametrize("part", ["model", "store", "use_cases", "reactions", "service"])
def test_a_service_has_its_five_parts(service: Path, part: str) -> None:
    assert (service / f"{part}.py").exists() or (service / part / "__init__.py").exists()


@each_service
def test_a_service_says_what_it_owns_publishes_and_listens_to(service: Path) -> None:
    says = ast.get_docstring(ast.parse((service / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert says.startswith(f"{service.name}: ")
    assert [word for word in ("Owns:", "Publishes:", "Listens to:") if word not in says] == []


@each_service
def test_a_service_names_the_records_whose_facts_it_publishes(service: Path) -> None:
    says = ast.get_docstring(ast.parse((service / "__init__.py").read_text(encoding="utf-8"))) or ""
    records = {name.rpartition(".")[0] for name in facts.BY_NAME if name.startswith(f"{service.name}.")}
    assert sorted(record for record in records if f"{record}." not in says) == []


@each_service
def test_a_service_names_the_services_that_it_listens_to(service: Path) -> None:
    says = ast.get_docstring(ast.parse((service / "__init__.py").read_text(encoding="utf-8"))) or ""
    listens = says.partition("Listens to:")[2]
    consumer = next(consumer for consumer in topology.CONSUMERS if consumer.name == service.name)
    heard = {binding.split(".")[1] for binding in consumer.bindings}
    assert sorted(name for name in heard if f"({name})" not in listens) == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [path for path in python_files(*PACKAGES, "tests") if SAY_NOTHING & {path.stem, path.parent.name}]
    assert [shown(path) for path in named] == []


def test_no_module_is_a_heap() -> None:
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(*PACKAGES)}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}, "make it a folder of that name"


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        shown(path)
        for path in python_files(*PACKAGES)
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


@each_service
def test_a_service_is_tested_as_it_runs(service: Path) -> None:
    assert list((ROOT / "tests" / "integration" / service.name).glob("test_*.py"))
