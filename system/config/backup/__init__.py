"""Backup and restore of the whole database, taken while the system runs.

::

    errors.py     why a backup was not made, or not restored
    manifest.py   what a backup says of itself: version, migrations, digests, counts
    archive.py    one file: parts and manifest packed, unpacked and verified
    shape.py      migrations and rows of a database, and whether a backup fits them
    sqlite.py     the file as it stands at one instant, and back in its place in one step
    postgres.py   every table of one snapshot by COPY, and back in one transaction
    verbs.py      back up, restore

What a backup holds is everything: personal data, password hashes, tokens. It is written for its owner alone.
Sessions are left out: after a restore everybody logs in again. What the security module minted after the
backup is found again by `system.vending.services.reconciliation`.
"""

from system.config.backup.archive import UnableToBackUp, UnableToRestore
from system.config.backup.commands import back_up, restore

__all__ = ["UnableToBackUp", "UnableToRestore", "back_up", "restore"]
