"""Readings: the curve of a day, the days of a meter, and the gaps of all."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.config.clock import BOGOTA, business_day, business_now
from system.head_end.api_types import Curve, Quality
from system.head_end.pages.form_actions import access_or_404
from system.head_end.pages.forms import PERIODS, span_name
from system.head_end.quantities import CURRENT, VOLTAGE
from system.head_end.selectors.consumption import daily_consumption
from system.head_end.selectors.curves import curve, load_curve
from system.head_end.selectors.meters import find_accesses
from system.head_end.selectors.reading_gaps import KIND_NAMES, gap_report
from system.head_end.selectors.registers import ENERGY_IMPORT
from system.head_end.services.configuration import DEFAULT_PLANS
from system.registry.pages.shortcuts import page_of

#: What can be drawn -> title and OBIS codes, of which the first that was read is; energy by its differences.
QUANTITIES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "energia": ("Energía de cada intervalo", (ENERGY_IMPORT,)),
    "voltaje": ("Voltaje", VOLTAGE),
    "corriente": ("Corriente", CURRENT),
    "potencia": ("Potencia activa", ("1.0.1.7.0",)),
}
QUALITY_NAMES = {
    Quality.GOOD: "",
    Quality.DOUBTFUL: "en duda",
    Quality.NONE_THERE: "el medidor no tiene dato",
    Quality.NOT_READ: "falta leer",
}
#: OBIS of a profile -> what people call it.
PROFILE_NAMES = {code: name for name, code, _ in DEFAULT_PLANS}
_DAYS = 31
_GAPS_MAX = 200


@requires(Operation.SEE_FIELD)
@require_GET
def readings(request: HttpRequest) -> HttpResponse:
    """Choose a meter; and every gap of the last month."""
    text = request.GET.get("q", "").strip()[:100]
    now = business_now()
    gaps = gap_report(request.user, now, since=now - timedelta(days=_DAYS))
    shown = {
        "page": page_of(request, find_accesses(request.user, text=text)),
        "text": text,
        "query": urlencode({"q": text}),
        "gaps": [
            (gap, PROFILE_NAMES.get(gap.profile, gap.profile), KIND_NAMES[gap.kind])
            for gap in gaps[:_GAPS_MAX]
        ],
        "gap_meters": len({gap.device_id for gap in gaps}),
        "gaps_left": max(0, len(gaps) - _GAPS_MAX),
    }
    return render(request, "head_end/readings.html", shown)


@requires(Operation.SEE_FIELD)
@require_GET
def of_meter(request: HttpRequest, device_id: int) -> HttpResponse:
    """One day of a meter as a curve with its gaps, and the month around it."""
    access = access_or_404(request, device_id)
    day = _day(request.GET.get("dia", ""))
    name = request.GET.get("que", "energia")
    name = name if name in QUANTITIES else "energia"
    start = datetime.combine(day, time(), BOGOTA)
    # what has not come yet is not missing
    found = _curve(access.device, name, start, min(start + timedelta(days=1), business_now()))
    days = daily_consumption(access.device, day - timedelta(days=_DAYS - 1), day)
    shown: dict[str, Any] = {
        "access": access,
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "today": business_day(),
        "name": name,
        "quantities": [(key, label) for key, (label, _) in QUANTITIES.items()],
        "curve": found,
        "period": "" if found is None else span_name(found.period_s, PERIODS),
        "points": [] if found is None else [(point, QUALITY_NAMES[point.quality]) for point in found.points],
        "chart": None if found is None else _chart(QUANTITIES[name][0], found),
        "days": days,
        "day_chart": _day_chart(days),
    }
    return render(request, "head_end/meter_readings.html", shown)


def _curve(device: Any, name: str, start: datetime, end: datetime) -> Curve | None:
    if name == "energia":
        return load_curve(device, start, end)
    found = (curve(device, code, start, end) for code in QUANTITIES[name][1])
    return next((drawn for drawn in found if drawn is not None), None)


def _chart(title: str, found: Curve) -> dict[str, Any]:
    """Data of `charts.js`: a line with gaps where nothing was measured."""
    return {
        "shape": "line",
        "time": True,
        "kind": "",
        "decimals": 1,
        "names": [f"{title} ({found.unit})" if found.unit else title],
        "x": [int(point.ends_at.timestamp()) for point in found.points],
        "series": [[point.value for point in found.points]],
    }


def _day_chart(days: list[Any]) -> dict[str, Any]:
    return {
        "shape": "bar",
        "time": False,
        "kind": "kwh",
        "decimals": 2,
        "names": ["Energía del día"],
        "x": [row.day.strftime("%d/%m") for row in days],
        "series": [[None if row.energy_wh is None else row.energy_wh / 1000 for row in days]],
    }


def _day(text: str) -> date:
    """The day that is asked for; yesterday where nothing sensible is."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return business_day() - timedelta(days=1)
    return min(max(found, date(2000, 1, 2)), business_day() + timedelta(days=1))
