"""Metered energy of a billing period, and the agreement that pays for it by a bill.

A meter that is switched between prepaid and postpaid in the middle of a month is paid for once: a bill counts
from the first quarter of an hour after the switch to the last one before the next (R4.1-04).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from system.config.clock import BOGOTA, business_now
from system.head_end import api
from system.registry.models import Agreement, AgreementMode, Installation

#: Rows of a load profile end at its multiples.
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class MeteredEnergy:
    """Energy that was taken from `start` to `end`.

    Args:
        energy_wh: None where a reading is missing.
        missing_at: the first instant whose reading is missing; of no account otherwise.
    """

    start: datetime
    end: datetime
    energy_wh: int | None
    missing_at: datetime


def agreement_billed(
    installation: Installation, period: tuple[date, date], mode: AgreementMode
) -> Agreement | None:
    """The agreement of a mode that held last on the last day of a period; None: none did.

    Whoever moved in since then does not pay for it.
    """
    last = min(business_now(), datetime.combine(period[1], time.max, BOGOTA))
    begun = Agreement.objects.filter(installation=installation, valid_from__lte=last)
    found: Agreement | None = begun.order_by("-valid_from").first()
    midnight = datetime.combine(period[1], time.min, BOGOTA)
    while found is not None and found.mode != mode:
        # it may have been switched on that very day
        found = begun.filter(valid_to=found.valid_from, valid_to__gt=midnight).first()
    if found is not None and found.valid_to is not None and found.valid_to <= midnight:
        return None
    return found


def billed_since(agreement: Agreement) -> datetime:
    """Since when its customer has paid in its mode without a break, whatever else was agreed anew."""
    since: datetime = agreement.valid_from
    before = Agreement.objects.filter(
        installation_id=agreement.installation_id, customer_id=agreement.customer_id, mode=agreement.mode
    )
    while (former := before.filter(valid_to=since).first()) is not None:
        since = former.valid_from
    return since


def metered_energy(agreement: Agreement, period: tuple[date, date]) -> MeteredEnergy:
    """Energy of an installation in the part of a period in which its customer paid by bill."""
    start = max(datetime.combine(period[0], time.min, BOGOTA), _next_quarter(billed_since(agreement)))
    end = datetime.combine(period[1] + timedelta(days=1), time.min, BOGOTA)
    if agreement.valid_to is not None:
        end = min(end, _quarter(agreement.valid_to))
    if end <= start:
        return MeteredEnergy(start, start, 0, start)
    energy_wh = api.consumption_wh(agreement.installation, start, end)
    missing_at = _missing(agreement.installation, start, end) if energy_wh is None else end
    return MeteredEnergy(start, end, energy_wh, missing_at)


def _missing(installation: Installation, start: datetime, end: datetime) -> datetime:
    """Instant that lacks its reading: what the first quarter of an hour says decides."""
    return end if api.consumption_wh(installation, start, start + QUARTER) is not None else start


def _quarter(instant: datetime) -> datetime:
    return instant - (instant - datetime.min.replace(tzinfo=instant.tzinfo)) % QUARTER


def _next_quarter(instant: datetime) -> datetime:
    before = _quarter(instant)
    return before if before == instant else before + QUARTER
