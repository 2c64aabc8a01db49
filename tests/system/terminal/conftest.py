from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal_world import World, make_world


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[World]:
    """A terminal that was just made."""
    world = make_world(tmp_path)
    yield world
    world.desk.close()


@pytest.fixture
def world(bare: World) -> World:
    """A terminal with a pack of three customers; Ana's shift is open."""
    return bare.ready()
