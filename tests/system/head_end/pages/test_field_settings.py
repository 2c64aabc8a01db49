"""Pages on which the field is set: plans, rules, how a meter is spoken with, what really changed."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from field_store import ENERGY, MIDNIGHT, Field, batch, rows

from system.accounts.models import AuditRecord
from system.head_end.models import CollectionPlan, FieldRules, MeterAccess
from system.head_end.selectors.meter_access import rules_of

BACKEND = "django.contrib.auth.backends.ModelBackend"
PLAN = {"name": "Curva", "profile": "1.0.99.1.0", "period_s": 900, "at": "00:30", "every_s": 86_400}
RULES = {
    "confirm_known": "on",
    "clock_set_max_s": 60,
    "clock_doubt_s": 900,
    "mass_cut_from": 5,
    "token_valid_h": "1.5",
    "silent_after_h": 36,
    "logs": ["0.0.99.98.0", "0.0.99.98.1"],
}
METER = {"sap": 1, "access": "hls-gmac", "key_name": "", "since": "2026-11-24"}


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def supervisor(field: Field) -> Client:
    return client_of(field.operator("supervisor", "jefa"))


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def sent(client: Client, address: str, form: dict[str, Any]) -> str:
    """Where a form leads; what it says where it leads nowhere."""
    answer = client.post(address, form)
    return answer["Location"] if answer.status_code == 302 else answer.content.decode()


# ------------------------------------------------------------ plans


def test_a_plan_is_made_and_changed_in_words(field: Field, supervisor: Client) -> None:
    assert 'class="empty"' in shown(supervisor, "/campo/planes/")
    assert sent(supervisor, "/campo/planes/nuevo/", {**PLAN, "enabled": "on"}) == "/campo/planes/"
    plan = CollectionPlan.objects.get()
    assert (plan.at_s, plan.every_s, plan.enabled) == (1800, 86_400, True)
    listed = shown(supervisor, "/campo/planes/")
    assert "15 minutos" in listed
    assert "una vez al día, desde las 00:30" in listed
    address = f"/campo/planes/{plan.pk}/"
    assert 'value="00:30"' in shown(supervisor, address)
    assert sent(supervisor, address, {**PLAN, "at": "23:05", "every_s": 3600}) == "/campo/planes/"
    plan.refresh_from_db()
    assert (plan.at_s, plan.every_s, plan.enabled) == (23 * 3600 + 300, 3600, False)


def test_a_span_without_a_name_stays_as_it_is(field: Field, supervisor: Client) -> None:
    plan = field.plan(period_s=120)
    form = shown(supervisor, f"/campo/planes/{plan.pk}/")
    assert '<option value="120" selected>120 s</option>' in form


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"profile": "curva"}, "Escriba un código como 1.0.99.1.0."),
        ({"period_s": 86_400, "every_s": 3600}, "no se lee más seguido"),
        ({"period_s": 7}, "7"),
        ({"at": "25:00"}, "errorlist"),
        ({"name": ""}, "errorlist"),
    ],
)
def test_a_plan_that_makes_no_sense_is_not_kept(
    field: Field, supervisor: Client, wrong: dict[str, Any], sentence: str
) -> None:
    said = sent(supervisor, "/campo/planes/nuevo/", {**PLAN, **wrong})
    assert sentence in said
    assert "<form" in said
    assert CollectionPlan.objects.count() == 0


def test_another_providers_plan_is_not_there(field: Field, supervisor: Client) -> None:
    from vending_world import make_village

    plan = Field(make_village("Otra empresa"), field.store).plan()
    assert supervisor.get(f"/campo/planes/{plan.pk}/").status_code == 404
    assert plan.name not in shown(supervisor, "/campo/planes/")


# ------------------------------------------------------------ rules


def test_rules_are_typed_in_hours(field: Field, supervisor: Client) -> None:
    form = shown(supervisor, "/campo/reglas/")
    assert 'value="72"' in form
    assert 'value="36"' in form
    assert sent(supervisor, "/campo/reglas/", RULES) == "/campo/planes/"
    rules = rules_of(field.village.provider.pk)
    assert (rules.token_valid_s, rules.silent_after_s) == (5400, 36 * 3600)
    assert (rules.mass_cut_from, rules.event_logs) == (5, "0.0.99.98.0 0.0.99.98.1")
    assert "desde 5 medidores" in shown(supervisor, "/campo/planes/")


@pytest.mark.parametrize(
    "wrong", [{"mass_cut_from": 1}, {"logs": []}, {"logs": ["1.2.3.4.5"]}, {"token_valid_h": 0}]
)
def test_rules_that_make_no_sense_are_not_kept(
    field: Field, supervisor: Client, wrong: dict[str, Any]
) -> None:
    assert "errorlist" in sent(supervisor, "/campo/reglas/", {**RULES, **wrong})
    assert not FieldRules.objects.exists()


def test_a_log_without_a_name_stays_chosen(field: Field, supervisor: Client) -> None:
    FieldRules.objects.create(provider=field.village.provider, event_logs="0.0.99.98.9")
    assert 'value="0.0.99.98.9"' in shown(supervisor, "/campo/reglas/")
    assert sent(supervisor, "/campo/reglas/", {**RULES, "logs": ["0.0.99.98.9"]}) == "/campo/planes/"


@pytest.mark.requirement("R4.1-02")
def test_who_may_not_sees_and_changes_nothing(field: Field) -> None:
    operator, access = client_of(field.operator()), field.meter(1)
    assert "Plan nuevo" not in shown(operator, "/campo/planes/")
    for address in ("planes/nuevo/", "reglas/", f"medidores/{access.device_id}/corregir/"):
        assert operator.get(f"/campo/{address}").status_code == 403
    auditor = client_of(field.operator("auditor"))
    assert auditor.post(f"/campo/medidores/{access.device_id}/cambio/").status_code == 403


# ------------------------------------------------------------ one meter


@pytest.mark.parametrize(
    ("form", "kept"),
    [
        ({"which": ""}, ""),
        ({"which": "-"}, "-"),
        ({"which": "own", "logs": ["0.0.99.98.1", "0.0.99.98.5"]}, "0.0.99.98.1 0.0.99.98.5"),
    ],
)
def test_logs_of_a_meter_are_chosen(
    field: Field, supervisor: Client, form: dict[str, Any], kept: str
) -> None:
    access = field.meter(1, event_logs="0.0.99.98.0")
    address = f"/campo/medidores/{access.device_id}/"
    assert "checked" in shown(supervisor, f"{address}corregir/")
    assert sent(supervisor, f"{address}corregir/", {**METER, "sap": 9, **form}) == address
    access.refresh_from_db()
    assert (access.event_logs, access.sap) == (kept, 9)
    assert AuditRecord.objects.filter(subject=f"device:{access.device_id}").count() == 1


def test_own_logs_without_a_mark_are_asked_for(field: Field, supervisor: Client) -> None:
    access = field.meter(1)
    address = f"/campo/medidores/{access.device_id}/corregir/"
    assert "Marque al menos una bitácora" in sent(supervisor, address, {**METER, "which": "own"})
    assert MeterAccess.objects.get().event_logs == ""


@pytest.mark.parametrize(
    ("day", "since"),
    [("2026-11-20", "2026-11-20T05:00:00+00:00"), ("2026-11-24", "2026-11-24T05:00:00+00:00")],
)
def test_a_meter_is_read_from_an_earlier_day_on(
    field: Field, supervisor: Client, day: str, since: str
) -> None:
    access = field.meter(1)
    address = f"/campo/medidores/{access.device_id}/"
    assert sent(supervisor, f"{address}corregir/", {**METER, "since": day}) == address
    access.refresh_from_db()
    assert access.wanted_since.isoformat() == since


@pytest.mark.parametrize("day", ["2026-11-25", "2025-01-01"])
def test_a_day_that_nobody_can_read_is_refused(field: Field, supervisor: Client, day: str) -> None:
    access = field.meter(1)
    said = sent(supervisor, f"/campo/medidores/{access.device_id}/corregir/", {**METER, "since": day})
    assert "Se puede leer desde hace 400 días hasta hoy." in said
    access.refresh_from_db()
    assert access.wanted_since == MIDNIGHT


def wait_for_a_decision(field: Field) -> Any:
    """A meter whose scaler changed."""
    access = field.meter(1, field.channel("C1"))
    field.plan()
    visit = field.lease()
    later = rows(MIDNIGHT.replace(hour=6), [(2,), (3,)])
    field.store.keep_rows(visit.lease, [batch(access.device_id, rows(MIDNIGHT, [(1000,), (1100,)]))])
    field.store.keep_rows(visit.lease, [batch(access.device_id, later, columns=(replace(ENERGY, scaler=3),))])
    return access


@pytest.mark.requirement("R3-02")
def test_a_change_is_accepted_with_its_reason_and_stays_in_the_history(
    field: Field, supervisor: Client
) -> None:
    address = f"/campo/medidores/{wait_for_a_decision(field).device_id}/"
    before = shown(supervisor, address)
    assert "El medidor cambió la escala o la unidad de un registro." in before
    assert "Sí, cambió" in before
    assert sent(supervisor, f"{address}cambio/", {"reason": "scaler-changed"}) == address
    after = shown(supervisor, address)
    assert "Sí, cambió" not in after
    assert "Aceptó: el medidor cambió la escala" in after
    assert "(2 valores)" in after
    assert "jefa" in after
    assert "3000 Wh" in after.replace(".", "").replace(",", "")


def test_what_cannot_be_accepted_has_no_button(field: Field, supervisor: Client) -> None:
    access = field.meter(1, field.channel("C1"))
    field.plan()
    late = batch(access.device_id, rows(MIDNIGHT, [(1000,)]), clock_off_s=5000.0)
    field.store.keep_rows(field.lease().lease, [late])
    address = f"/campo/medidores/{access.device_id}/"
    page = shown(supervisor, address)
    assert "reloj del medidor está demasiado corrido" in page
    assert "No se puede aceptar" in page
    assert "Sí, cambió" not in page
    refused = supervisor.post(f"{address}cambio/", {"reason": "clock-off"}, follow=True)
    assert "Ese motivo no se puede aceptar." in refused.content.decode()
