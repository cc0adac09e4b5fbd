"""Files of a read model of the test's own, with their writer and a reader."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.read_model.projection import Projection
from gateway.read_model.reader import Reader
from services.contracts.envelope import Fact

from .samples import taken


@dataclass(frozen=True, slots=True)
class ReadModel:
    folder: Path
    projection: Projection
    reader: Reader

    def apply(self, *facts: Fact) -> None:
        self.projection.apply([taken(fact) for fact in facts])


def open_projection(folder: Path) -> Projection:
    return Projection(folder, languages=("fi", "sv", "en"), public_url="https://malmi.example")


@pytest.fixture
def make_read_model(tmp_path: Path) -> Iterator[Callable[[str], ReadModel]]:
    made: list[ReadModel] = []

    def make(name: str) -> ReadModel:
        folder = tmp_path / name
        model = ReadModel(folder, open_projection(folder), Reader(folder))
        made.append(model)
        return model

    yield make
    for model in made:
        model.reader.close()
        model.projection.close()


@pytest.fixture
def read_model(make_read_model: Callable[[str], ReadModel]) -> ReadModel:
    return make_read_model("read_model")
