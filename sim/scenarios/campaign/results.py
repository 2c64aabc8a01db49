"""The rows of a campaign as lines of JSON in a file: what is written there is kept, whatever happens next."""

import json
import os
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class ResultsError(Exception):
    """The file of a campaign cannot be used; one sentence."""


class Results:
    """The rows that there are, and the file that they go to.

    A line that a crash cut off is dropped when the file is opened, so that its replica runs again.

    Args:
        file: where rows are appended; None keeps them in memory alone.
        campaign: fingerprint of the scenario; rows of another are refused.

    Raises:
        ResultsError: the file cannot be read or written, or holds another campaign.
    """

    __slots__ = ("_campaign", "_file", "rows")

    def __init__(self, file: Path | None, campaign: str) -> None:
        self._campaign = campaign
        self._file = file
        #: replica -> its row.
        self.rows: dict[int, Row] = {}
        if file is not None:
            self._open(file)

    def add(self, row: Row) -> None:
        """Keep a row; it is on the disk when this returns.

        Raises:
            ResultsError: the file cannot be written.
        """
        kept = {"campaign": self._campaign, **row}
        if self._file is not None:
            try:
                with self._file.open("ab") as stream:
                    stream.write(json.dumps(kept, separators=(",", ":")).encode() + b"\n")
                    stream.flush()
                    os.fsync(stream.fileno())
            except OSError as error:
                raise ResultsError(f"cannot write {self._file}: {error.strerror or error}") from error
        self.rows[row["replica"]] = kept

    def _open(self, file: Path) -> None:
        try:
            file.touch()
            data = file.read_bytes()
            whole, newline, torn = data.rpartition(b"\n")
            if torn:
                os.truncate(file, len(whole) + len(newline))
        except OSError as error:
            raise ResultsError(f"cannot write {file}: {error.strerror or error}") from error
        for number, line in enumerate(whole.splitlines(), 1):
            self._take(line, f"{file}, line {number}")

    def _take(self, line: bytes, where: str) -> None:
        try:
            row = json.loads(line)
            replica, campaign = int(row["replica"]), row["campaign"]
        except (ValueError, KeyError, TypeError) as error:
            raise ResultsError(f"{where} is no row of a campaign: give another --out") from error
        if campaign != self._campaign:
            raise ResultsError(f"{where} is of another scenario or of other days: give another --out")
        self.rows[replica] = row
