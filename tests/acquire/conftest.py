"""What the tests of this stage share. Worker tasks must be importable by name in a child, hence the path."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from evidencecheck.model import Received

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def tasks() -> ModuleType:
    return import_module("worker_tasks")


@pytest.fixture(scope="session")
def picture_tasks() -> ModuleType:
    return import_module("picture_tasks")


@pytest.fixture(scope="session")
def hostile() -> ModuleType:
    return import_module("hostile")


@pytest.fixture
def receive(tmp_path: Path) -> Callable[..., Received]:
    """Return a function that writes bytes to a file and returns it as received."""

    def write(data: bytes, name: str = "photo.jpg") -> Received:
        path = tmp_path / name
        path.write_bytes(data)
        return Received(case="251103-1", name=name, path=path)

    return write
