"""Events in plain words, grouped where they repeat themselves: on the first page, in the list, of a meter."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from field_store import MIDNIGHT, Field
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.field.events import CONCENTRATOR_EVENTS, EventCode, LogKind
from system.head_end.acquisition.pushes.refusals import PushRefusal
from system.head_end.end_device_events import EVENT_TEXTS, LOG_NAMES, describe_event, names_matching
from system.head_end.store_port import EventRow

FRAUD = "0.0.99.98.1"


@pytest.fixture
def operator(field: Field) -> Client:
    client = Client()
    client.force_login(field.operator(), backend="django.contrib.auth.backends.ModelBackend")
    return client


def tell(field: Field, access: Any, *told: tuple[str, int, str, str, bool]) -> None:
    """Events a minute apart: log, code, name, detail, alarm."""
    field.plan()
    serial = access.device.serial
    rows = [
        EventRow(
            access.device_id,
            serial,
            log,
            code,
            name,
            MIDNIGHT + timedelta(minutes=minute),
            sequence=minute,
            alarm=alarm,
            detail=detail,
        )
        for minute, (log, code, name, detail, alarm) in enumerate(told)
    ]
    field.store.keep_events(field.lease().lease, rows)


def text_of(client: Client, address: str, **query: Any) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_event_that_has_a_name_has_words() -> None:
    named = {code.event_name for code in EventCode if code} | set(CONCENTRATOR_EVENTS)
    assert named <= set(EVENT_TEXTS)
    assert list(LOG_NAMES) == [log.obis for log in LogKind]
    assert {refusal.value for refusal in PushRefusal} <= set(EVENT_TEXTS)


@pytest.mark.parametrize(
    ("log", "code", "name", "detail", "what", "left"),
    [
        (FRAUD, 40, "terminal-cover-removed", "", "Tapa de bornera abierta", ""),
        (FRAUD, 777, "event-777", "", f"Evento 777 de la bitácora {FRAUD}", ""),
        (FRAUD, 12, "", "x", f"Evento 12 de la bitácora {FRAUD}", "x"),
        ("uplink", 7, "meter-alarm", "push", "Alarma de medidor: avisó por sí mismo", ""),
        ("uplink", 7, "meter-alarm", f"{FRAUD} 42 @1790000000", "Campo magnético fuerte", ""),
        ("uplink", 7, "meter-event", f"{FRAUD} 999 @1", f"Evento 999 de la bitácora {FRAUD}", ""),
        ("uplink", 7, "meter-event", f"{FRAUD} nada @1", "Evento de medidor", f"«{FRAUD} nada @1»"),
        ("uplink", 1, "login-failed", "ana", "Ingreso fallido a la página local", "ana"),
        ("otra", 3, "Puerta abierta", "sur", "Puerta abierta", "sur"),
        (
            "uplink",
            5,
            "loss-alarm",
            "34.1 %: 11260 Wh at the transformer, 7420 Wh at 100 % of the meters",
            "Alarma de pérdidas",
            "34,1 %: 11260 Wh en el transformador, 7420 Wh en el 100 % de los medidores",
        ),
        (
            "push-refused",
            4,
            "push-unproved",
            "3 × 10.0.0.7: it is not authenticated",
            "Aviso sin prueba de quién lo envía",
            "3 × 10.0.0.7",
        ),
    ],
)
def test_an_event_in_words(log: str, code: int, name: str, detail: str, what: str, left: str) -> None:
    said = describe_event(log, code, name, detail)
    assert (said.what, said.detail) == (what, left)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=30), st.integers(-9, 999), st.sampled_from(["meter-event", "meter-alarm", "x", ""]))
def test_whatever_a_device_tells_has_words(detail: str, code: int, name: str) -> None:
    assert describe_event("uplink", code, name, detail).what


@given(st.sampled_from(sorted(EVENT_TEXTS)))
def test_an_event_is_found_by_what_people_read(name: str) -> None:
    assert name in names_matching(EVENT_TEXTS[name].upper())


def test_the_first_page_groups_what_one_meter_tells_again_and_again(field: Field, operator: Client) -> None:
    cover = (FRAUD, 40, "terminal-cover-removed", "", True)
    field_field = (FRAUD, 42, "strong-field", "", True)
    tell(field, field.meter(1), cover, field_field, cover, cover)
    shown = text_of(operator, "/campo/")
    assert "Tapa de bornera abierta, 3 veces, la última el 24/11 a las 00:03." in shown
    assert "Campo magnético fuerte." in shown
    assert "strong-field" not in shown


def test_the_first_page_groups_what_many_meters_tell(field: Field, operator: Client) -> None:
    channel = field.channel("C1")
    first = field.meter(1, channel)
    told = [
        EventRow(
            access.device_id,
            access.device.serial,
            "uplink",
            7,
            "meter-alarm",
            MIDNIGHT,
            alarm=True,
            detail="push",
        )
        for access in (first, *(field.meter(number, channel) for number in (2, 3)))
    ]
    field.plan()
    field.store.keep_events(field.lease().lease, told)
    shown = text_of(operator, "/campo/")
    assert "Alarma de 3 equipos" in shown
    assert "Alarma de medidor: avisó por sí mismo, 3 veces" in shown
    assert first.device.serial not in shown


def test_the_first_page_ends_and_says_how_many_more(field: Field, operator: Client) -> None:
    told = [(FRAUD, 500 + number, f"event-{500 + number}", "", True) for number in range(13)]
    tell(field, field.meter(1), *told)
    shown = text_of(operator, "/campo/")
    assert shown.count("Alarma de ") == 10
    assert "3 alarmas más" in shown


def test_the_list_shows_repeats_as_one_row(field: Field, operator: Client) -> None:
    access = field.meter(1)
    up = ("0.0.99.98.0", 2, "power-up", "", False)
    tell(field, access, up, up, (FRAUD, 91, "current-reversal", "", True), up)
    shown = text_of(operator, "/campo/eventos/")
    assert shown.count("Volvió la energía") == 2
    assert shown.count("2 veces") == 1
    assert "Corriente invertida" in text_of(operator, "/campo/eventos/", q="invertida")
    assert "Volvió" not in text_of(operator, "/campo/eventos/", q="invertida")
    assert "Volvió la energía" in text_of(operator, f"/campo/medidores/{access.device_id}/")
