"""Meters, channels, found devices, plans and rules over the API."""

from collections.abc import Callable
from typing import Any

import pytest
from field_store import ENERGY, MIDNIGHT, Field, batch, contact, rows

from system.accounts.models import AuditRecord
from system.head_end.models import Channel, CollectionPlan, FieldRules, FoundDevice, MeterAccess
from system.head_end.store_port import FoundMeter
from system.head_end.vocabulary import Reason

CHANNEL = {
    "name": "DC del Aserrío",
    "url": "tcp://10.20.0.5:4059",
    "uplink_url": "tcp://10.20.0.5:7000",
    "secret_name": "dc-aserrio",
}
PLAN = {"name": "Curva", "profile": "1.0.99.1.0", "period_s": 900}


@pytest.mark.requirement("R3-01")
def test_a_meter_tells_how_it_stands_and_why(field: Field, operator: Any) -> None:
    access = field.meter(1, field.channel("C1"))
    field.plan()
    visit = field.lease()
    field.store.keep_contacts(visit.lease, [contact(access.device_id, MIDNIGHT)])
    well = operator("GET", f"meters/{access.device_id}").json()
    assert (well["state"], well["sentence"], well["reachable"]) == ("well", "", True)
    assert well["last_ok_at"] == "2026-11-24T05:00:00Z"
    field.store.keep_contacts(visit.lease, [contact(access.device_id, MIDNIGHT, Reason.METER_SILENT)])
    failing = operator("GET", f"meters/{access.device_id}").json()
    assert (failing["state"], failing["reason"], failing["reachable"]) == ("failing", "meter-silent", False)
    assert "revise la línea" in failing["sentence"]
    assert failing["last_reading"] is None


def test_the_newest_reading_of_a_meter(field: Field, operator: Any) -> None:
    access = field.meter(1, field.channel("C1"))
    field.plan()
    visit = field.lease()
    field.store.keep_rows(visit.lease, [batch(access.device_id, rows(MIDNIGHT, [(1000,), (1234,)]))])
    newest = operator("GET", f"meters/{access.device_id}").json()["last_reading"]
    assert newest == {"at": "2026-11-24T05:15:00Z", "energy_wh": 1234}


def test_meters_are_listed_by_state_serial_and_channel(field: Field, operator: Any) -> None:
    one = field.meter(1, field.channel("C1"), last_ok_at=MIDNIGHT)
    two = field.meter(2, field.channel("C2"), failing_since=MIDNIGHT, last_reason="no-key")

    def found(**query: Any) -> list[int]:
        return [row["device_id"] for row in operator("GET", "meters", **query).json()["items"]]

    assert found() == [one.device_id, two.device_id]
    assert found(state="failing") == [two.device_id]
    assert found(text=one.device.serial) == [one.device_id]
    assert found(channel_id=two.channel_id) == [two.device_id]
    assert operator("GET", "meters", state="cansado").status_code == 422


@pytest.mark.requirement("R4.1-02")
@pytest.mark.parametrize(
    "address",
    ["meters/{0}", "meters/{0}/changes", "meters/{0}/curve", "meters/{0}/days", "channels/{1}", "found/{2}"],
)
def test_another_providers_rows_are_not_there(operator: Any, stranger: Any, address: str) -> None:
    found = FoundDevice.objects.create(
        provider=stranger.provider,
        channel=stranger.channel,
        serial="ajena",
        sap=1,
        found_at=MIDNIGHT,
        seen_at=MIDNIGHT,
    )
    wanted = address.format(stranger.device_id, stranger.channel_id, found.pk)
    query = {"start": "2026-11-24T05:00:00Z", "end": "2026-11-25T05:00:00Z"} if "curve" in address else {}
    assert operator("GET", wanted, **query).status_code == 404
    for listed in ("meters", "channels", "found"):
        assert operator("GET", listed).json()["total"] == 0


def test_a_meter_is_put_apart_and_read_again(field: Field, operator: Any) -> None:
    access = field.meter(1)
    address = f"meters/{access.device_id}/state"
    assert operator("PUT", address, {"state": "quarantined"}).json()["sentence"] == "Alguien lo apartó."
    assert operator("PUT", address, {"state": "confirmed"}).json()["sentence"] == ""
    assert operator("PUT", address, {"state": "rejected"}).status_code == 422


@pytest.mark.requirement("R3-02")
def test_a_change_waits_until_somebody_accepts_it(
    field: Field, operator: Any, asks: Callable[..., Any]
) -> None:
    from dataclasses import replace

    access = field.meter(1, field.channel("C1"))
    field.plan()
    visit = field.lease()
    device_id, later = access.device_id, rows(MIDNIGHT.replace(hour=6), [(2,), (3,)])
    field.store.keep_rows(visit.lease, [batch(device_id, rows(MIDNIGHT, [(1000,), (1100,)]))])
    field.store.keep_rows(visit.lease, [batch(device_id, later, columns=(replace(ENERGY, scaler=3),))])
    (waiting,) = operator("GET", f"meters/{device_id}/changes").json()
    assert (waiting["reason"], waiting["values"], waiting["acceptable"]) == ("scaler-changed", 2, True)
    assert waiting["obis"] == ["1.0.1.8.0"]
    address, body = f"meters/{device_id}/changes/acceptance", {"reason": "scaler-changed"}
    assert asks("auditor")("POST", address, body).status_code == 403
    assert operator("POST", address, {"reason": "clock-off"}).status_code == 422
    assert operator("POST", address, body).json() == {"values": 2}
    assert operator("GET", f"meters/{device_id}/changes").json() == []
    again = operator("POST", address, body)
    assert (again.status_code, again.json()["detail"]) == (422, "No hay lecturas en espera por ese motivo.")
    assert operator("GET", f"meters/{device_id}").json()["last_reading"]["energy_wh"] == 3000


def test_how_a_meter_is_spoken_with_is_corrected(field: Field, supervisor: Any, operator: Any) -> None:
    access = field.meter(1)
    address = f"meters/{access.device_id}/access"
    body = {"sap": 44, "access": "low", "key_name": "escuela", "event_logs": "0.0.99.98.1.255 0.0.99.98.0"}
    seen = supervisor("PUT", address, body).json()
    assert (seen["sap"], seen["access"], seen["event_logs"]) == (44, "low", "0.0.99.98.1 0.0.99.98.0")
    access.refresh_from_db()
    assert access.key_name == "escuela"
    assert "key_name" not in seen
    assert seen["wanted_since"] == "2026-11-24T05:00:00Z"
    earlier = {**body, "wanted_since": "2026-11-20T00:00:00-05:00"}
    assert supervisor("PUT", address, earlier).json()["wanted_since"] == "2026-11-20T05:00:00Z"
    for wrong in ("2026-11-25T05:00:00Z", "2020-01-01T00:00:00Z"):
        assert supervisor("PUT", address, {**body, "wanted_since": wrong}).status_code == 422
    assert supervisor("PUT", address, {**body, "event_logs": "-"}).json()["event_logs"] == "-"
    refused = supervisor("PUT", address, {**body, "event_logs": "todas"})
    assert (refused.status_code, "Todas no es el código OBIS" in refused.json()["detail"]) == (422, True)
    assert operator("PUT", address, body).status_code == 403


def test_states_are_those_that_people_see() -> None:
    from typing import get_args

    from system.head_end.rest.meters import State
    from system.head_end.selectors.meters import STATES

    assert set(get_args(State)) == set(STATES)


# ------------------------------------------------------------ channels


def test_a_channel_is_opened_seen_and_corrected(field: Field, supervisor: Any) -> None:
    made = supervisor("POST", "channels", CHANNEL)
    assert (made.status_code, made.json()["kind"], made.json()["meters"]) == (201, "concentrator", 0)
    address = f"channels/{made.json()['id']}"
    changed = supervisor("PUT", address, {**CHANNEL, "sessions_max": 4, "enabled": False})
    assert changed.json() == {**made.json(), "sessions_max": 4, "enabled": False}
    assert supervisor("GET", address).json() == changed.json()
    assert CollectionPlan.objects.count() == 2
    assert AuditRecord.objects.filter(subject=f"channel:{made.json()['id']}").count() == 2


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"url": "http://10.20.0.5"}, "no es una dirección como tcp://"),
        ({"secret_name": ""}, "necesita el nombre de su clave"),
        ({"kind": "direct"}, "Indique la serie solo si"),
        ({"kind": "direct", "meter_id": 999_999}, "No existe ese medidor."),
        ({"site_id": 999_999}, "No existe ese sitio."),
        ({"sessions_max": 201}, "Debe ser 200 o menos."),
        ({"framing": "otra"}, "no se admiten"),
    ],
)
def test_a_channel_that_makes_no_sense_is_not_opened(
    field: Field, supervisor: Any, wrong: dict[str, Any], sentence: str
) -> None:
    answer = supervisor("POST", "channels", {**CHANNEL, **wrong})
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]
    assert Channel.objects.count() == 0


def test_a_meter_with_a_connection_of_its_own(field: Field, supervisor: Any) -> None:
    body = {"name": "Escuela", "url": "tcp://10.20.0.9:4059", "kind": "direct", "sap": 17}
    supervisor("POST", "channels", {**body, "meter_id": field.device(4).pk})
    access = MeterAccess.objects.get()
    assert (access.device_id, access.sap, access.state) == (field.device(4).pk, 17, "confirmed")


def test_a_channel_that_fails_says_why(field: Field, operator: Any) -> None:
    field.channel("C1", failing_since=MIDNIGHT, last_reason="unreachable")
    (seen,) = operator("GET", "channels").json()["items"]
    assert "revise su energía y su red" in seen["sentence"]


def test_an_operator_may_not_open_a_channel(operator: Any) -> None:
    assert operator("POST", "channels", CHANNEL).status_code == 403


# ------------------------------------------------------------ what was found


@pytest.mark.requirement("R3-01")
def test_what_was_found_is_confirmed_or_rejected(
    field: Field, operator: Any, asks: Callable[..., Any]
) -> None:
    field.channel("C1", concentrator=True)
    FieldRules.objects.create(provider=field.village.provider, confirm_known=False)
    visit = field.lease()
    known = field.device(7).serial
    listed = [
        FoundMeter(serial, "", "", eui, 2, "registered")
        for serial, eui in ((known, "02aa"), ("INTRUSO", "02bb"))
    ]
    field.store.keep_found(visit.lease, listed, MIDNIGHT)
    told = {row["serial"]: row for row in operator("GET", "found").json()["items"]}
    assert told["INTRUSO"]["sentence"] == "Nadie registró esta serie."
    assert told[known]["sentence"] == "Espera que alguien lo confirme."
    wanted = f"found/{told[known]['id']}/confirmation"
    assert asks("auditor")("POST", wanted).status_code == 403
    assert operator("POST", wanted).json()["state"] == "confirmed"
    rogue = f"found/{told['INTRUSO']['id']}"
    refused = operator("POST", f"{rogue}/confirmation")
    assert (refused.status_code, refused.json()["detail"]) == (422, "Registre primero el medidor INTRUSO.")
    assert operator("POST", f"{rogue}/rejection").json()["state"] == "rejected"
    assert operator("GET", rogue).json()["sentence"] == "Alguien lo apartó."
    assert operator("GET", "found").json()["total"] == 0
    assert operator("GET", "found", state="").json()["total"] == 2
    assert MeterAccess.objects.get().device.serial == known


# ------------------------------------------------------------ plans and rules


def test_plans_are_made_changed_and_listed(field: Field, supervisor: Any) -> None:
    made = supervisor("POST", "plans", PLAN)
    assert (made.status_code, made.json()["at_s"], made.json()["every_s"]) == (201, 1800, 86_400)
    changed = supervisor("PUT", f"plans/{made.json()['id']}", {**PLAN, "at_s": 0, "enabled": False})
    assert changed.json() == {**made.json(), "at_s": 0, "enabled": False}
    assert supervisor("GET", "plans").json()["items"] == [changed.json()]
    assert supervisor("PUT", "plans/999999", PLAN).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"period_s": 7000}, "El periodo debe dividir el día"),
        ({"every_s": 600}, "no se lee más seguido que cada periodo"),
        ({"group_id": 999_999}, "No existe ese grupo."),
        ({"profile": "curva"}, "no se admiten"),
    ],
)
def test_a_plan_that_makes_no_sense_is_one_sentence(
    field: Field, supervisor: Any, wrong: dict[str, Any], sentence: str
) -> None:
    answer = supervisor("POST", "plans", {**PLAN, **wrong})
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]
    assert CollectionPlan.objects.count() == 0


def test_two_plans_do_not_share_a_name(field: Field, supervisor: Any) -> None:
    supervisor("POST", "plans", PLAN)
    answer = supervisor("POST", "plans", PLAN)
    assert (answer.status_code, answer.json()["detail"]) == (422, "Ya hay otro con ese nombre.")
    assert CollectionPlan.objects.count() == 1


def test_rules_change_one_by_one(field: Field, supervisor: Any, operator: Any) -> None:
    before = operator("GET", "rules").json()
    changed = supervisor("PATCH", "rules", {"mass_cut_from": 10, "confirm_known": False}).json()
    assert changed == {**before, "mass_cut_from": 10, "confirm_known": False}
    assert operator("GET", "rules").json() == changed
    assert operator("PATCH", "rules", {"mass_cut_from": 10}).status_code == 403
    for wrong in ({"mass_cut_from": 1}, {"event_logs": "todas"}, {"event_logs": " "}):
        assert supervisor("PATCH", "rules", wrong).status_code == 422
    assert operator("GET", "rules").json() == changed
