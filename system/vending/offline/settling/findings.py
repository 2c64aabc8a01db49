"""Findings about a batch's entries: clock, lease, limit, counter, token; written with the entry."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from protocols.sts.amounts import decode_amount, encode_amount
from protocols.sts.errors import StsValueError
from system.config.clock import security_now
from system.security_module.errors import RequestRefused
from system.vending.models import Sale
from system.vending.module_client import module_client
from system.vending.offline.models import (
    Batch,
    Finding,
    FindingKind,
    LeasedMeter,
    SettledEntry,
    SettledSale,
    Terminal,
)
from system.vending.selectors.supply import Supply

SENTENCE_MAX = 240


@dataclass(slots=True)
class BatchSettlement:
    """One batch under way.

    Args:
        batch: kept already.
        terminal: whose it is.
        now: business time of its arrival.
        pending: findings of the entry that is being settled; written with it, or not at all.
    """

    batch: Batch
    terminal: Terminal
    now: datetime
    pending: dict[FindingKind, str] = field(default_factory=dict)

    def add_finding(self, kind: FindingKind, sentence: str) -> None:
        """Add a finding; of each kind the first one of an entry counts."""
        self.pending.setdefault(kind, sentence[:SENTENCE_MAX])

    def write_findings(self, entry: Any, sale: Sale | None = None) -> list[Finding]:
        """Write it down, within the entry's transaction."""
        rows = [
            Finding(
                provider_id=self.terminal.provider_id,
                terminal=self.terminal,
                batch=self.batch,
                entry=entry,
                kind=kind,
                sale=sale,
                sentence=sentence,
                wall_at=security_now(),
            )
            for kind, sentence in self.pending.items()
        ]
        for row in rows:
            row.save()
        self.pending.clear()
        return rows


# ------------ checks

#: How far a terminal's clock may be ahead of the office's.
AHEAD_MAX = timedelta(minutes=10)


def check_clock(settling: BatchSettlement, at: datetime, before: SettledEntry | None) -> None:
    """Tell of an instant before the entry that it follows, or after now."""
    if before is not None and at < before.at:
        settling.add_finding(
            FindingKind.CLOCK, "Es anterior al asiento de antes: revise el reloj del terminal."
        )
    elif at > settling.now + AHEAD_MAX:
        settling.add_finding(FindingKind.CLOCK, "Tiene fecha futura: revise el reloj del terminal.")


def check_lease(settling: BatchSettlement, said: Any, at: datetime, leased: LeasedMeter | None) -> None:
    """Tell of a sale that no lease allowed, or that went over the limit of its lease."""
    if leased is None or not leased.is_in(said.lease_id):
        settling.add_finding(
            FindingKind.BEYOND_LEASE, "El permiso con que se vendió no es de este terminal y medidor."
        )
        return
    if not leased.pack.made_at - AHEAD_MAX <= at <= leased.until:
        settling.add_finding(FindingKind.BEYOND_LEASE, "Se vendió fuera de las fechas del permiso.")
    if said.spent_c > leased.pack.allowed_c:
        settling.add_finding(
            FindingKind.OVER_ALLOWED, "Con esta venta el terminal pasó el cupo de su permiso."
        )


def check_counter(settling: BatchSettlement, said: Any) -> None:
    """Tell where the secure counter did not grow by one sale and by its money."""
    last = SettledSale.objects.filter(terminal=settling.terminal).order_by("-entry__number").first()
    sequence, spent_c = (0, 0) if last is None else (last.sequence, last.spent_c)
    if (said.sequence, said.spent_c) != (sequence + 1, spent_c + said.amount_c):
        settling.add_finding(
            FindingKind.COUNTER_DIFFERS,
            f"El contador seguro dice venta {said.sequence} y no {sequence + 1}, o su suma no cuadra: puede "
            "faltar una venta, o el terminal fue devuelto a una copia.",
        )


def check_token(settling: BatchSettlement, supply: Supply, said: Any) -> bool:
    """Ask the security module what the token says; tell where it is not what the entry says.

    Returns:
        Whether the module works with test keys.

    Raises:
        UnableToReachModule, AnswerLost: the module does not answer.
    """
    test, right = False, len(said.tokens) > 0
    for token in said.tokens:
        try:
            read = module_client().verify(supply.meter_fields(), token.digits)
        except RequestRefused:
            right = False
            continue
        test = test or bool(read.get("test"))
        right = right and _is_credit_of(read, said.units, token.tid)
    if not right:
        settling.add_finding(
            FindingKind.WRONG_TOKEN,
            "El token no es el que este medidor espera por esa energía: el cliente puede no poder usarlo.",
        )
    return test


def _is_credit_of(read: dict[str, Any], units: int, tid: int) -> bool:
    """True for a token of credit of so many units (as its coding rounds them) and of that minute."""
    try:
        coded = decode_amount(encode_amount(units))
    except StsValueError:
        return False
    told = (read.get("class"), read.get("subclass"), read.get("amount_units"), read.get("tid"))
    return bool(read["crc_ok"]) and told == (0, 0, coded, tid)
