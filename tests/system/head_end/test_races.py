"""Several collectors, and people, over one database at the same moment: in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from system.config.embedded_postgres import UnableToStartPostgres, served

SCRIPT = Path(__file__).parents[2] / "helpers" / "head_end_races.py"
SLOW = bool(os.environ.get("AMIBENCH_SLOW"))


def raced(directory: Path, url: str = "") -> Any:
    """What the races came to."""
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    ended = subprocess.run(
        [sys.executable, str(SCRIPT), str(directory)],
        env={**kept, **({"DATABASE_URL": url} if url else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return json.loads(ended.stdout.splitlines()[-1])


def all_is_right(said: Any) -> None:
    assert said["leases"] == {"channels": 12, "twice": []}
    assert said["fence"]["wrong"] == 0
    assert said["fence"]["lease"] == 11
    assert said["orders"] == {"acts": [1] * 6, "steps": [1] * 6}
    assert said["counters"] == {"taken": 120, "different": 120, "next": 121}
    assert said["requests"] == {"states": ["waiting"], "orders": 2}


def test_on_sqlite(tmp_path: Path) -> None:
    said = raced(tmp_path)
    assert said["vendor"] == "sqlite"
    all_is_right(said)


@pytest.mark.skipif(not SLOW, reason="starts a PostgreSQL: AMIBENCH_SLOW=1")
def test_on_postgresql(tmp_path: Path) -> None:
    try:
        # not below `tmp_path`: as root the server runs as another user, who may not look into it
        with tempfile.TemporaryDirectory() as made, served(Path(made)) as url:
            said = raced(tmp_path, url)
    except UnableToStartPostgres as error:
        pytest.skip(str(error))
    assert said["vendor"] == "postgresql"
    all_is_right(said)
