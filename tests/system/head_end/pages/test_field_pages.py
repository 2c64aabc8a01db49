"""Pages of the field: what they show of meters, channels, readings and orders, and what their forms do."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from field_store import (
    CURRENT,
    CURRENT_L1,
    ENERGY,
    MIDNIGHT,
    QUARTER,
    VOLTAGE,
    VOLTAGE_L1,
    Field,
    batch,
    contact,
    rows,
)

from sim.meter import load_profile
from system.accounts import four_eyes
from system.accounts.models import Approval, AuditRecord
from system.config import clock
from system.head_end.models import Channel, FoundDevice, MeterAccess, Order, OrderGroup
from system.head_end.pages.readings import QUANTITIES
from system.head_end.quantities import quantity_name
from system.head_end.store_port import Column, EventRow, FoundMeter
from system.head_end.vocabulary import OrderKind, OrderState, Reason

BACKEND = "django.contrib.auth.backends.ModelBackend"


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def operator(field: Field) -> Client:
    return client_of(field.operator())


@pytest.fixture
def supervisor(field: Field) -> Client:
    return client_of(field.operator("supervisor", "jefa"))


def text_of(client: Client, address: str, **query: Any) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.content[:300]
    return answer.content.decode()


# ------------------------------------------------------------ what is shown


@pytest.mark.parametrize(
    "page", ["", "medidores/", "concentradores/", "lecturas/", "eventos/", "ordenes/", "grupos/"]
)
def test_an_empty_field_says_what_to_do_next(operator: Client, page: str):
    shown = text_of(operator, f"/campo/{page}")
    assert 'class="empty"' in shown or "Nada pide atención" in shown


def test_a_meter_that_fails_is_told_with_its_reason(field: Field, operator: Client):
    access = field.meter(1, field.channel("C1"))
    visit = field.lease() if field.plan() else None
    assert visit is not None
    silent = contact(access.device_id, MIDNIGHT, Reason.METER_SILENT, detail="NoAnswer: no answer to get")
    field.store.keep_contacts(visit.lease, [silent])
    shown = text_of(operator, "/campo/")
    assert "1 medidor" in shown
    assert "revise la línea" in shown
    shown = text_of(operator, f"/campo/medidores/{access.device_id}/")
    assert "revise la línea" in shown
    assert "NoAnswer" not in shown
    assert access.device.serial in text_of(operator, "/campo/medidores/", estado="failing")
    assert access.device.serial not in text_of(operator, "/campo/medidores/", estado="well")


def test_a_channel_that_fails_hides_the_meters_behind_it(field: Field, operator: Client):
    channel = field.channel("Concentrador Uno", failing_since=MIDNIGHT, last_reason=Reason.UNREACHABLE.value)
    field.meter(1, channel, failing_since=MIDNIGHT, last_reason=Reason.METER_SILENT.value)
    shown = text_of(operator, "/campo/")
    assert "Concentrador Uno" in shown
    assert "Detrás hay 1 medidor." in shown
    assert "revise la línea" not in shown


def test_readings_are_drawn_with_their_gaps(
    field: Field, operator: Client, business_time: clock.FixedBusinessClock
):
    access = field.meter(1)
    field.plan()
    visit = field.lease()
    device_id = access.device_id
    first = MIDNIGHT
    field.store.keep_rows(
        visit.lease,
        [
            batch(
                device_id, rows(first, [(1000, 2301), (1100, 2302), (1250, 2303)]), columns=(ENERGY, VOLTAGE)
            )
        ],
    )
    later = rows(first + 5 * QUARTER, [(1500, 2304)])
    field.store.keep_rows(visit.lease, [batch(device_id, later, columns=(ENERGY, VOLTAGE))])
    business_time.instant = MIDNIGHT + timedelta(hours=20)
    shown = text_of(operator, f"/campo/lecturas/{device_id}/", dia="2026-11-24")
    assert "curve-data" in shown
    assert "falta leer" in shown
    volts = text_of(operator, f"/campo/lecturas/{device_id}/", dia="2026-11-24", que="voltaje")
    assert "230.2" in volts


@pytest.mark.parametrize(
    ("name", "column", "told", "shown"),
    [
        ("voltaje", VOLTAGE, 2302, "230.2"),
        ("voltaje", VOLTAGE_L1, 2302, "230.2"),
        ("corriente", CURRENT, 512, "5.12"),
        ("corriente", CURRENT_L1, 512, "5.12"),
    ],
)
def test_voltage_and_current_are_drawn_of_one_phase_and_of_several(
    field: Field, operator: Client, business_time: Any, name: str, column: Column, told: int, shown: str
) -> None:
    """Meters of one phase, ours too, keep 1.0.12.7.0 and 1.0.11.7.0; the others a code for each phase."""
    access = field.meter(1, field.channel("C1"))
    field.plan()
    lines = rows(MIDNIGHT, [(1000, told), (1100, told)])
    field.store.keep_rows(field.lease().lease, [batch(access.device_id, lines, columns=(ENERGY, column))])
    business_time.instant = MIDNIGHT + timedelta(hours=20)
    page = text_of(operator, f"/campo/lecturas/{access.device_id}/", dia="2026-11-24", que=name)
    assert shown in page


def test_the_charts_ask_for_what_our_meters_keep() -> None:
    kept = {row.obis for row in load_profile("ppkw").objects}
    asked = {code for _, codes in QUANTITIES.values() for code in codes[:1]}
    assert asked <= kept
    assert all(quantity_name(code) != code for _, codes in QUANTITIES.values() for code in codes)


def test_a_silly_day_is_yesterday(field: Field, operator: Client):
    access = field.meter(1)
    assert 'value="2026-11-23"' in text_of(operator, f"/campo/lecturas/{access.device_id}/", dia="ayer")


def test_events_are_listed_newest_first(field: Field, operator: Client):
    access = field.meter(1, field.channel("C1"))
    field.plan()
    visit = field.lease()
    told = [
        EventRow(
            access.device_id,
            "S1",
            "0.0.99.98.1",
            code,
            name,
            MIDNIGHT + timedelta(minutes=code),
            alarm=code == 40,
        )
        for code, name in ((2, "Energía de vuelta"), (40, "Tapa abierta"))
    ]
    field.store.keep_events(visit.lease, told)
    shown = text_of(operator, "/campo/eventos/")
    assert shown.index("Tapa abierta") < shown.index("Energía de vuelta")
    alarms = text_of(operator, "/campo/eventos/", alarmas="1")
    assert "Tapa abierta" in alarms
    assert "Energía de vuelta" not in alarms


def test_another_providers_rows_are_not_there(field: Field, operator: Client):
    from vending_world import make_village

    other = make_village("Otra empresa")
    stranger = Field(other, field.store)
    access = stranger.meter(9, stranger.channel("ajeno"))
    for address in (
        f"medidores/{access.device_id}/",
        f"lecturas/{access.device_id}/",
        f"concentradores/{access.channel_id}/",
    ):
        assert operator.get(f"/campo/{address}").status_code == 404
    assert "ajeno" not in text_of(operator, "/campo/concentradores/")


# ------------------------------------------------------------ what the forms do


def test_a_button_makes_one_order_however_often_it_is_pressed(field: Field, operator: Client):
    access, order_id = field.meter(1), uuid.uuid4()
    for _ in range(2):
        answer = operator.post(
            f"/campo/medidores/{access.device_id}/orden/", {"order_id": order_id, "action": "reconnect"}
        )
        assert answer["Location"] == f"/campo/ordenes/{order_id}/"
    assert Order.objects.get().kind == OrderKind.RECONNECT.value
    shown = text_of(operator, f"/campo/ordenes/{order_id}/")
    assert "En espera" in shown
    assert "hx-get" in shown


def test_an_order_that_ended_is_not_asked_for_again(field: Field, operator: Client):
    access, order_id = field.meter(1), uuid.uuid4()
    operator.post(f"/campo/medidores/{access.device_id}/orden/", {"order_id": order_id, "action": "cut"})
    visit = field.lease()
    assert field.begin(visit, order_id)
    result = {"output_state": False, "control_state": "disconnected", "control_mode": 2}
    field.report(visit, order_id, OrderState.DONE, result=result)
    shown = text_of(operator, f"/campo/ordenes/{order_id}/")
    assert "Cumplida" in shown
    assert "cortado" in shown
    assert "hx-get" not in shown


def test_an_order_can_be_taken_back_before_it_is_sent(field: Field, operator: Client):
    access, order_id = field.meter(1), uuid.uuid4()
    operator.post(f"/campo/medidores/{access.device_id}/orden/", {"order_id": order_id, "action": "clock"})
    operator.post(f"/campo/ordenes/{order_id}/anular/")
    assert "Anulada" in text_of(operator, f"/campo/ordenes/{order_id}/")


def test_reading_needs_no_right_to_cut(field: Field):
    auditor = client_of(field.operator("auditor", "auditora"))
    access = field.meter(1)
    assert "Pedir al medidor" not in text_of(auditor, f"/campo/medidores/{access.device_id}/")
    refused = auditor.post(
        f"/campo/medidores/{access.device_id}/orden/", {"order_id": uuid.uuid4(), "action": "cut"}
    )
    assert refused.status_code == 403
    assert Order.objects.count() == 0


def test_many_meters_are_asked_by_their_serials(field: Field, operator: Client):
    channel = field.channel("C1")
    accesses = [field.meter(number, channel) for number in (1, 2)]
    serials = ", ".join(access.device.serial for access in accesses)
    form = {"group_id": uuid.uuid4(), "name": "Lectura", "action": "read", "serials": serials, "hours": 5}
    answer = operator.post("/campo/grupos/nuevo/", form)
    assert answer["Location"] == f"/campo/grupos/{form['group_id']}/"
    assert "0 de 2 terminadas" in text_of(operator, answer["Location"])
    operator.post(f"{answer['Location']}anular/")
    assert "2 de 2 terminadas" in text_of(operator, answer["Location"])


@pytest.mark.parametrize(
    ("serials", "sentence"),
    [("", "Elija un grupo o escriba series"), ("nadie-1", "Nadie registró estas series: nadie-1.")],
)
def test_a_list_that_makes_no_sense_is_one_sentence(
    field: Field, operator: Client, serials: str, sentence: str
):
    form = {"group_id": uuid.uuid4(), "name": "x", "action": "read", "serials": serials, "hours": 5}
    assert sentence in operator.post("/campo/grupos/nuevo/", form).content.decode()
    assert OrderGroup.objects.count() == 0


@pytest.mark.requirement("R4.1-02", "R4.1-05")
def test_a_mass_cut_waits_for_a_second_person(field: Field, supervisor: Client):
    channel = field.channel("C1")
    serials = " ".join(field.meter(number, channel).device.serial for number in (1, 2, 3))
    form = {"group_id": uuid.uuid4(), "name": "Corte", "action": "cut", "serials": serials, "hours": 5}
    answer = supervisor.post("/campo/grupos/nuevo/", {**form, "reason": "Mantenimiento del transformador"})
    assert answer["Location"] == "/campo/grupos/"
    assert Order.objects.count() == 0
    approval = Approval.objects.get()
    assert "Ejecutar el corte" not in text_of(supervisor, "/campo/grupos/")
    four_eyes.decide(field.operator("administrator", "otra"), approval, granted=True)
    assert "Ejecutar el corte" in text_of(supervisor, "/campo/grupos/")
    supervisor.post(f"/campo/cortes-aprobados/{approval.pk}/")
    assert Order.objects.filter(kind=OrderKind.CUT.value).count() == 3
    assert "Ejecutar el corte" not in text_of(supervisor, "/campo/grupos/")


def test_what_was_found_is_confirmed_or_rejected(field: Field, operator: Client):
    field.channel("C1", concentrator=True)
    visit = field.lease()
    known = field.device(7).serial
    found = [
        FoundMeter(serial, "", "", eui, 2, "registered")
        for serial, eui in ((known, "02aa"), ("INTRUSO", "02bb"))
    ]
    field.store.keep_found(visit.lease, found, MIDNIGHT)
    shown = text_of(operator, "/campo/concentradores/")
    assert "INTRUSO" in shown
    assert "Nadie registró esta serie" in shown
    rogue = FoundDevice.objects.get(serial="INTRUSO")
    answer = operator.post(
        f"/campo/encontrados/{rogue.pk}/", {"decision": "confirm", "back": "list"}, follow=True
    )
    assert "Registre primero el medidor INTRUSO" in answer.content.decode()
    operator.post(f"/campo/encontrados/{rogue.pk}/", {"decision": "reject", "back": "list"}, follow=True)
    assert "INTRUSO" not in text_of(operator, "/campo/concentradores/")
    assert MeterAccess.objects.get().device.serial == known


CHANNEL = {
    "kind": "concentrator",
    "name": "DC del Aserrío",
    "url": "tcp://10.20.0.5:4059",
    "framing": "wrapper",
    "sap": 1,
    "uplink_url": "tcp://10.20.0.5:7000",
    "secret_name": "dc-aserrio",
    "access": "hls-gmac",
    "sessions_max": 2,
    "enabled": "on",
}


def test_a_channel_is_opened_and_corrected(field: Field, supervisor: Client):
    answer = supervisor.post("/campo/concentradores/nuevo/", CHANNEL)
    channel = Channel.objects.get()
    assert answer["Location"] == f"/campo/concentradores/{channel.pk}/"
    assert (channel.name, channel.sessions_max) == ("DC del Aserrío", 2)
    supervisor.post(
        f"/campo/concentradores/{channel.pk}/corregir/", {**CHANNEL, "url": "tcp://10.20.0.6:4059"}
    )
    channel.refresh_from_db()
    assert channel.url == "tcp://10.20.0.6:4059"
    assert AuditRecord.objects.filter(subject=f"channel:{channel.pk}").count() == 2


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"url": "http://10.20.0.5"}, "no es una dirección como tcp://"),
        ({"sessions_max": "999"}, "las sesiones a la vez (1 a 200)"),
        ({"secret_name": ""}, "necesita el nombre de su clave"),
        ({"kind": "direct"}, "Indique la serie solo si"),
        ({"kind": "direct", "meter": "nadie"}, "Nadie registró esa serie"),
    ],
)
def test_a_channel_that_makes_no_sense_is_not_opened(
    field: Field, supervisor: Client, wrong: dict[str, str], sentence: str
):
    assert sentence in supervisor.post("/campo/concentradores/nuevo/", {**CHANNEL, **wrong}).content.decode()
    assert Channel.objects.count() == 0


def test_two_channels_do_not_share_a_name(field: Field, supervisor: Client):
    field.channel(CHANNEL["name"])  # type: ignore[arg-type]
    assert (
        "Ya hay un canal llamado" in supervisor.post("/campo/concentradores/nuevo/", CHANNEL).content.decode()
    )


def test_a_meter_with_a_connection_of_its_own_can_be_spoken_with_at_once(field: Field, supervisor: Client):
    serial = field.device(4).serial
    form = {**CHANNEL, "kind": "direct", "meter": serial, "uplink_url": "", "secret_name": "", "sap": 17}
    supervisor.post("/campo/concentradores/nuevo/", form)
    access = MeterAccess.objects.get()
    assert (access.device.serial, access.sap, access.state) == (serial, 17, "confirmed")


def test_names_are_shown_as_they_are_written(field: Field, operator: Client):
    field.channel("<script>alert(1)</script>")
    shown = text_of(operator, "/campo/concentradores/")
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;alert(1)" in shown
