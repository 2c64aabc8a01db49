"""What a backup says of itself."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from system.config.backup.errors import UnableToRestore

FORMAT = "amibench-system-backup/1"
NAME = "manifest.json"
MANIFEST_BYTES_MAX = 4 << 20

_PART = re.compile(r"[a-z0-9_]{1,80}\.(sqlite3|copy)", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The first member of a backup.

    Attributes:
        version: of the program that wrote it.
        taken: the wall when the snapshot was taken, ISO 8601.
        engine: ``sqlite`` or ``postgresql``; it goes back into the same.
        migrations: app -> those that were applied.
        parts: name of a member -> SHA-256 of its content.
        counts: table -> rows.
        columns: table -> columns in the order of its part; empty where the part is a whole database.
    """

    version: str
    taken: str
    engine: str
    migrations: Mapping[str, list[str]]
    parts: Mapping[str, str]
    counts: Mapping[str, int]
    columns: Mapping[str, list[str]]

    def to_bytes(self) -> bytes:
        """As it lies in the file."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, sort_keys=True).encode()

    @classmethod
    def read(cls, raw: bytes) -> "Manifest":
        """From the file.

        Raises:
            UnableToRestore: it is none of ours, or says what cannot be.
        """
        try:
            said: dict[str, Any] = json.loads(raw)
            if said.pop("format") != FORMAT:
                raise ValueError
            found = cls(**said)
            found._check()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise UnableToRestore("the manifest is not one of a backup of this system") from error
        return found

    def _check(self) -> None:
        datetime.fromisoformat(self.taken)
        sound = (
            all(isinstance(text, str) for text in (self.version, self.engine))
            and all(
                _PART.fullmatch(name) and _DIGEST.fullmatch(digest) for name, digest in self.parts.items()
            )
            and all(isinstance(count, int) and count >= 0 for count in self.counts.values())
            and all(isinstance(name, str) for names in self.migrations.values() for name in names)
            and all(isinstance(name, str) for names in self.columns.values() for name in names)
        )
        if not sound or not self.parts:
            raise ValueError
