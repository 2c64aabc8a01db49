"""Curves, days, gaps and events over the API."""

from datetime import timedelta
from typing import Any

import pytest
from field_store import ENERGY, MIDNIGHT, QUARTER, VOLTAGE, Field, batch, rows

from system.config import clock
from system.head_end.store_port import EventRow

DAY = {"start": "2026-11-24T05:00:00Z", "end": "2026-11-24T06:30:00Z"}


@pytest.fixture
def read(field: Field, business_time: clock.FixedBusinessClock) -> Any:
    """A meter of which two quarters of an hour are missing."""
    access = field.meter(1, field.channel("C1"))
    field.plan()
    visit = field.lease()
    columns = (ENERGY, VOLTAGE)
    first = rows(MIDNIGHT, [(1000, 2301), (1100, 2302), (1250, 2303)])
    later = rows(MIDNIGHT + 5 * QUARTER, [(1500, 2304), (1600, 2305)])
    field.store.keep_rows(
        visit.lease, [batch(access.device_id, part, columns=columns) for part in (first, later)]
    )
    business_time.instant = MIDNIGHT + timedelta(days=1, hours=6)
    return access


@pytest.mark.requirement("R3-02", "R4-02")
def test_a_curve_marks_what_is_missing(read: Any, operator: Any) -> None:
    seen = operator("GET", f"meters/{read.device_id}/curve", **DAY, obis=VOLTAGE.obis).json()
    assert (seen["unit"], seen["period_s"], seen["gaps"], seen["cumulative"]) == ("V", 900, 2, False)
    assert [point["value"] for point in seen["points"]] == [230.2, 230.3, None, None, 230.4, 230.5]
    assert {point["quality"] for point in seen["points"] if point["value"] is None} == {"not-read"}


def test_the_differences_of_a_register(read: Any, operator: Any) -> None:
    address = f"meters/{read.device_id}/curve"
    register = operator("GET", address, **DAY).json()
    assert (register["cumulative"], register["unit"]) == (True, "Wh")
    energy = operator("GET", address, **DAY, differences=True).json()
    assert [point["value"] for point in energy["points"]] == [100, 150, None, None, None, 100]


def test_what_was_never_read_has_no_points(read: Any, operator: Any) -> None:
    seen = operator("GET", f"meters/{read.device_id}/curve", **DAY, obis="1.0.2.8.0.255").json()
    assert (seen["points"], seen["period_s"], seen["obis"]) == ([], None, "1.0.2.8.0")


@pytest.mark.parametrize(
    "wrong",
    [
        {"end": "2026-11-24T05:00:00Z"},
        {"end": "2026-11-23T05:00:00Z"},
        {"end": "2026-12-26T05:00:00Z"},
        {"start": "1970-01-01T00:00:00Z", "end": "1970-01-02T00:00:00Z"},
        {"start": "9999-11-30T00:00:00Z", "end": "9999-12-01T00:00:00Z"},
        {"start": "ayer"},
        {"obis": "1"},
        {"period_s": 1},
    ],
)
def test_a_time_that_makes_no_sense_is_refused(read: Any, operator: Any, wrong: dict[str, Any]) -> None:
    answer = operator("GET", f"meters/{read.device_id}/curve", **{**DAY, **wrong})
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_days_are_whole_or_missing(read: Any, operator: Any) -> None:
    address = f"meters/{read.device_id}/days"
    seen = operator("GET", address, first="2026-11-23", last="2026-11-24").json()
    assert [row["day"] for row in seen] == ["2026-11-23", "2026-11-24"]
    assert all(row["energy_wh"] is None for row in seen)
    assert len(operator("GET", address).json()) == 31
    assert operator("GET", address, first="2020-01-01", last="2026-11-24").status_code == 422
    assert operator("GET", address, first="2026-11-24", last="2026-11-23").status_code == 422
    assert operator("GET", address, last="2000-01-01").status_code == 200
    assert operator("GET", address, last="9999-12-31").status_code == 422


@pytest.mark.requirement("R3-02")
def test_gaps_are_listed_by_meter(field: Field, read: Any, operator: Any, stranger: Any) -> None:
    other = field.meter(2, field.channel("C2"), wanted_since=MIDNIGHT + timedelta(hours=12))
    seen = operator("GET", "gaps").json()
    assert {row["device_id"] for row in seen["items"]} == {read.device_id, other.device_id}
    mine = operator("GET", "gaps", device_id=other.device_id).json()
    assert [(row["kind"], row["rows"]) for row in mine["items"]] == [("open", 50)]
    assert operator("GET", "gaps", limit=1).json()["total"] == seen["total"] > 1
    assert operator("GET", "gaps", device_id=stranger.device_id).status_code == 404
    assert operator("GET", "gaps", since="2030-01-01T00:00:00Z").json()["total"] == 0


def test_events_say_what_happened(field: Field, operator: Any) -> None:
    access = field.meter(1, field.channel("C1"))
    field.plan()
    told = [
        EventRow(
            access.device_id,
            access.device.serial,
            "0.0.99.98.1",
            code,
            name,
            MIDNIGHT + timedelta(minutes=code),
            alarm=code == 40,
        )
        for code, name in ((1, "power-down"), (40, "terminal-cover-removed"), (777, "event-777"))
    ]
    field.store.keep_events(field.lease().lease, told)

    def said(**query: Any) -> list[str]:
        return [row["sentence"] for row in operator("GET", "events", **query).json()["items"]]

    assert said() == [
        "Evento 777 de la bitácora 0.0.99.98.1",
        "Tapa de bornera abierta",
        "Se fue la energía",
    ]
    assert said(alarm=True) == said(text="bornera") == ["Tapa de bornera abierta"]
    assert said(until="2026-11-24T05:01:00Z") == ["Se fue la energía"]
    assert said(since="2026-11-24T05:41:00Z") == ["Evento 777 de la bitácora 0.0.99.98.1"]
    assert said(device_id=access.device_id, channel_id=access.channel_id) == said()
    assert said(device_id=999) == []
