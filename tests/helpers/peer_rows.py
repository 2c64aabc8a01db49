"""Holds a peer to the table: what it does must be what its row says."""

import re

import pytest

from tools.peers.expectations import Row


def hold(row: Row, seen: str | None) -> None:
    """Compare what was seen with the row.

    Args:
        row: what the table says.
        seen: what is not as it must be, in a sentence; None when all is.
    """
    other = row.disagreement
    if other is None:
        assert seen is None, seen
    elif seen is not None:
        assert re.search(other.seen, seen), f"expected {other.name} ({other.seen}), seen: {seen}"
    elif not other.sometimes:
        pytest.fail(f"the expected disagreement {other.name} no longer happens: take it out of the table")
