"""Backup and restore of the whole database, taken while the system runs.

::

    archive.py     one file: manifest and parts packed, unpacked and verified
    databases.py   snapshots of SQLite and PostgreSQL, and back; migrations and rows
    commands.py    back up, restore

A backup holds everything: personal data, password hashes, tokens. It is written for its owner alone. Sessions
are left out: after a restore everybody logs in again. Tokens that the security module minted after the backup
are found again by `system.vending.services.reconciliation`.
"""

from system.config.backup.archive import UnableToBackUp, UnableToRestore
from system.config.backup.commands import back_up, restore

__all__ = ["UnableToBackUp", "UnableToRestore", "back_up", "restore"]
