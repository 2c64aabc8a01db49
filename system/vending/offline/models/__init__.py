"""Rows of the app `offline`: what a terminal is, what it was given and brought, what was wrong with it."""

from system.vending.offline.models.batches import (
    Batch,
    Finding,
    FindingKind,
    SettledEntry,
    SettledSale,
    TerminalDeposit,
    TerminalShift,
)
from system.vending.offline.models.packs import LeasedMeter, Pack, PackFile
from system.vending.offline.models.terminals import Scope, Terminal, TerminalOperator, TerminalState

__all__ = [
    "Batch",
    "Finding",
    "FindingKind",
    "LeasedMeter",
    "Pack",
    "PackFile",
    "Scope",
    "SettledEntry",
    "SettledSale",
    "Terminal",
    "TerminalDeposit",
    "TerminalOperator",
    "TerminalShift",
    "TerminalState",
]
