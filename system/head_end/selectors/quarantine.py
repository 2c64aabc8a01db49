"""Quarantined readings of a meter, by reason, and the decisions of people about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min

from protocols.intervals import instant
from system.accounts.models import AuditRecord
from system.accounts.permissions import Operation
from system.config.clock import business_now
from system.head_end.models import MeterAccess, QuarantinedValue, ReadingValue, Series
from system.head_end.vocabulary import REASON_SENTENCES, Reason, Registration

#: What somebody can accept as a real change; readings by a wrong clock never are.
ACCEPTABLE = (Reason.SCALER_CHANGED.value, Reason.REGISTER_WRAPPED.value)
#: Decisions that are shown.
_DECISIONS_SHOWN = 10
#: So long what can never be accepted is shown.
_NEWS = timedelta(days=31)
#: (profile, OBIS, attribute).
ColumnKey = tuple[str, str, int]
#: Reason -> what a person is asked, before what waited counts.
QUESTIONS: Mapping[str, str] = {
    Reason.SCALER_CHANGED.value: "El medidor cambió la escala o la unidad de un registro.",
    Reason.REGISTER_WRAPPED.value: "Un registro volvió a empezar: cambió el medidor, o se puso en cero.",
}
_OTHER_SENTENCES: Mapping[str, str] = {"contradicted": "Llegó otro valor para un momento que ya tenía uno."}
_STATES: Mapping[str, str] = {
    Registration.CONFIRMED.value: "Se volvió a leer",
    Registration.QUARANTINED.value: "Se puso en cuarentena",
}


@dataclass(frozen=True, slots=True)
class WaitingChange:
    """Values of one reason that are not believed.

    Args:
        reason: a `Reason`, or ``contradicted``.
        sentence: Spanish.
        values: how many.
        obis: of which registers.
        first_at, last_at: of the values, UTC.
    """

    reason: str
    sentence: str
    values: int
    obis: tuple[str, ...]
    first_at: datetime
    last_at: datetime

    @property
    def acceptable(self) -> bool:
        """True where a person may accept it as a real change of the meter."""
        return self.reason in ACCEPTABLE


@dataclass(frozen=True, slots=True)
class Decision:
    """Decision of a person about a meter.

    Args:
        what: Spanish.
        at: by the office's calendar, UTC.
    """

    what: str
    who: str
    at: datetime


def waiting_changes(access: MeterAccess) -> list[WaitingChange]:
    """Quarantined values, the newest first; what was accepted already is left out."""
    since = business_now() - _NEWS
    rows = (
        QuarantinedValue.objects.filter(device_id=access.device_id)
        .values("reason", "profile", "obis", "attribute")
        .annotate(n=Count("pk"), first=Min("ends_at_s"), last=Max("ends_at_s"), kept=Max("kept_at"))
        .order_by("reason", "obis", "profile")
    )
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        key = row["profile"], row["obis"], row["attribute"]
        acceptable = row["reason"] in ACCEPTABLE
        if row["last"] > last_believed_s(access, key) if acceptable else row["kept"] > since:
            found.setdefault(row["reason"], []).append(row)
    changes = [_change(reason, lines) for reason, lines in found.items()]
    return sorted(changes, key=lambda change: change.last_at, reverse=True)


def last_believed_s(access: MeterAccess, key: ColumnKey) -> int:
    """End of the newest accepted value of a column, s since 1970; -1: there is none."""
    series = Series.objects.filter(device_id=access.device_id, profile=key[0], obis=key[1], attribute=key[2])
    newest: int | None = ReadingValue.objects.filter(series__in=series).aggregate(at=Max("ends_at_s"))["at"]
    return -1 if newest is None else newest


def decisions(access: MeterAccess) -> list[Decision]:
    """The last decisions of people about a meter, the newest first."""
    rows = AuditRecord.objects.filter(
        provider_id=access.provider_id,
        action=Operation.CONFIRM_REGISTRATION.value,
        subject=f"device:{access.device_id}",
        outcome="done",
    )
    return [
        Decision(_said(row.detail), row.user.username if row.user else "", row.business_at)
        for row in rows.select_related("user").order_by("-id")[:_DECISIONS_SHOWN]
    ]


def _change(reason: str, lines: list[Mapping[str, Any]]) -> WaitingChange:
    known = QUESTIONS.get(reason) or _OTHER_SENTENCES.get(reason)
    return WaitingChange(
        reason=reason,
        sentence=known or REASON_SENTENCES[Reason(reason)],
        values=sum(row["n"] for row in lines),
        obis=tuple(dict.fromkeys(row["obis"] for row in lines)),
        first_at=instant(min(row["first"] for row in lines)),
        last_at=instant(max(row["last"] for row in lines)),
    )


def _said(detail: Mapping[str, Any]) -> str:
    if "accepted" in detail:
        question = QUESTIONS.get(str(detail["accepted"]), "Cambio aceptado.")
        return f"Aceptó: {question.removesuffix('.').lower()} ({detail.get('values', 0)} valores)"
    return _STATES.get(str(detail.get("state", "")), "Decidió sobre el medidor")
