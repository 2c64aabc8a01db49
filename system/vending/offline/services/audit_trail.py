"""Audit trail of terminals, and the record of a fork; small, for every verb of the room writes through it."""

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import security_now
from system.vending.offline.models import Batch, Finding, FindingKind, Terminal, TerminalState


def audit_terminal(
    user: User | None,
    terminal: Terminal,
    outcome: str = audit.DONE,
    operation: Operation = Operation.SETTLE_TERMINAL,
    **detail: object,
) -> None:
    """Write to the audit trail what was done with a terminal."""
    audit.record(
        operation.value,
        outcome=outcome,
        user=user,
        provider_id=terminal.provider_id,
        subject=f"terminal:{terminal.pk}",
        detail=detail,
    )


def record_fork(user: User | None, batch: Batch, number: int) -> None:
    """Say from which entry on a batch tells another story, and suspend the terminal."""
    terminal = batch.terminal
    Finding(
        provider_id=terminal.provider_id,
        terminal=terminal,
        batch=batch,
        entry=number,
        kind=FindingKind.FORK,
        sentence=f"Desde el asiento {number} el lote cuenta otra historia que la asentada.",
        wall_at=security_now(),
    ).save()
    active = Terminal.objects.filter(pk=terminal.pk, state=TerminalState.ACTIVE)
    active.update(state=TerminalState.SUSPENDED)
    audit_terminal(user, terminal, audit.FAILED, batch=str(batch.pk), fork_at=number)
