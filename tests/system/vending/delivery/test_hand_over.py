"""R5.3-05, R5.3-08: tokens go to the meter by themselves; nothing that fails there touches the sale."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from fact_triggers import drop_update_trigger
from network_world import FakeHeadEnd
from vending_world import Village, drn, make_village

from system.config.clock import security_now
from system.vending import ledger
from system.vending.delivery import jobs
from system.vending.delivery.hand_over import (
    TRIES_MAX,
    UnableToDeliver,
    deliver_sale,
    hand_over,
    send_to_meter,
)
from system.vending.delivery.models import DeliveryChoice, HandOver
from system.vending.delivery.preference import UnableToSetPreference, preference_at, set_preference
from system.vending.delivery.status import delivery_status
from system.vending.models import Sale, SaleOutcome
from system.vending.module_client import module_client
from system.vending.services.sell_energy import SaleRequest, sell_energy
from system.vending.services.vend_transaction import recover_sales

pytestmark = pytest.mark.requirement("R5.3-05", "R5.3-08")
ID = uuid.UUID(int=3)


@pytest.fixture
def sale(village: Village, minting: str, head_end: FakeHeadEnd, sell_undelivered: Any) -> Sale:
    village.customer(1)
    return sell_undelivered(ID)


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def forget_for(seconds: float) -> None:
    """Let the sale have been made so long ago, by the wall."""
    from django.db import connection

    with connection.cursor() as cursor:  # facts: only a test may, and only with their triggers taken away
        drop_update_trigger(cursor, "vending_sale_outcome")
        past = security_now() - timedelta(seconds=seconds)
        cursor.execute("UPDATE vending_sale_outcome SET wall_at = %s", [past.replace(tzinfo=None)])


def test_handed_over_once(sale: Sale, head_end: FakeHeadEnd) -> None:
    for _ in range(3):
        deliver_sale(sale)
    assert head_end.handed == {ID: list(sale.tokens.values_list("digits", flat=True))}
    assert head_end.times == 1
    row = HandOver.objects.get()
    assert (row.state, row.carrier) == ("handed", "fake")


def test_a_head_end_that_is_away_is_owed_and_tried_again(sale: Sale, head_end: FakeHeadEnd) -> None:
    head_end.broken = 2
    deliver_sale(sale)
    row = HandOver.objects.get()
    assert (row.state, row.tries) == ("owed", 1)
    assert row.next_at is not None
    assert row.next_at > security_now()
    assert jobs.deliver() == ""
    for _ in range(2):
        HandOver.objects.update(next_at=security_now())
        jobs.deliver()
    row.refresh_from_db()
    assert (row.state, head_end.times) == ("handed", 3)
    assert ledger.ledger_faults() == []
    assert SaleOutcome.objects.get().minted


def test_after_so_many_tries_it_goes_by_ticket(sale: Sale, head_end: FakeHeadEnd) -> None:
    head_end.broken = 1000
    deliver_sale(sale)
    for _ in range(TRIES_MAX + 3):
        HandOver.objects.filter(state="owed").update(next_at=security_now())
        jobs.deliver()
    row = HandOver.objects.get()
    assert row.state == "ticket"
    assert "digita" in row.reason
    assert head_end.times == TRIES_MAX


def test_no_fault_of_delivery_reaches_the_counter(
    sale: Sale, head_end: FakeHeadEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    from system.vending.delivery import hand_over as room

    def falls(_sale: Sale) -> None:
        raise RuntimeError("anything")

    monkeypatch.setattr(room, "hand_over", falls)
    deliver_sale(sale)
    assert not HandOver.objects.exists()


def test_a_recovered_sale_is_delivered(sale: Sale, head_end: FakeHeadEnd) -> None:
    """The counter died after the commit, before the delivery began."""
    assert jobs.deliver() == ""
    forget_for(60)
    assert "handed over 1" in jobs.deliver()
    assert ID in head_end.handed
    assert jobs.deliver() == ""


def test_every_way_to_a_minted_sale_delivers_it(
    village: Village, minting: str, head_end: FakeHeadEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No caller has to remember the hand-over: not who sells, nor who asks what became of a sale."""
    village.customer(1)
    sold = sell_energy(village.cashier, village.shift, SaleRequest(ID, drn(1), 1_000_000))
    assert list(head_end.handed) == [sold.pk]

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    left_open = uuid.UUID(int=4)
    with monkeypatch.context() as dead:
        dead.setattr("system.vending.services.sell_energy.finish_sale", dies)
        with pytest.raises(KeyboardInterrupt):
            sell_energy(village.cashier, village.shift, SaleRequest(left_open, drn(1), 1_000_000))
    open_sale = Sale.objects.get(pk=left_open)
    module_client().mint(str(left_open), open_sale.meter, subclass=0, amount=open_sale.units)
    assert recover_sales() == (1, 0, 0)
    assert left_open in head_end.handed


def test_an_old_sale_is_not_delivered_by_itself(sale: Sale, head_end: FakeHeadEnd) -> None:
    forget_for(49 * 3600)
    assert jobs.deliver() == ""
    assert head_end.handed == {}


def test_a_meter_that_nobody_reaches_gets_a_ticket(sale: Sale, head_end: FakeHeadEnd) -> None:
    head_end.reaches = False
    deliver_sale(sale)
    row = HandOver.objects.get()
    assert row.state == "ticket"
    now = delivery_status(sale)
    assert now.ended
    assert now.may_push


def test_ticket_only_and_the_button(sale: Sale, head_end: FakeHeadEnd, village: Village) -> None:
    set_preference(village.supervisor, "ticket", messages=False)
    deliver_sale(sale)
    assert head_end.handed == {}
    assert send_to_meter(village.cashier, sale).state == "handed"
    assert send_to_meter(village.cashier, sale).state == "handed"
    assert head_end.times == 1
    assert HandOver.objects.get().asked_by == village.cashier


def test_who_may_not_push(sale: Sale, head_end: FakeHeadEnd, village: Village) -> None:
    from system.accounts.models import User

    auditor = User.objects.create_user("auditor", provider=village.provider, role="auditor")
    stranger = make_village("Otra empresa").cashier
    for user in (auditor, stranger):
        with pytest.raises(UnableToDeliver):
            send_to_meter(user, sale)
    head_end.reaches = False
    with pytest.raises(UnableToDeliver):
        send_to_meter(village.cashier, sale)
    assert head_end.handed == {}


def test_a_point_of_sale_has_a_rule_of_its_own(village: Village, settings: Any) -> None:
    point = village.point_of_sale
    settings.DELIVERY_MODE = "both"
    assert preference_at(village.provider.pk, point).mode == "both"
    set_preference(village.supervisor, "ticket", messages=True)
    set_preference(village.supervisor, "ami", messages=False, point=point)
    assert preference_at(village.provider.pk, point).mode == "ami"
    assert preference_at(village.provider.pk, None) == preference_at(village.provider.pk, None)
    assert preference_at(village.provider.pk, None).messages
    set_preference(village.supervisor, "both", messages=False, point=point)
    assert DeliveryChoice.objects.count() == 2
    with pytest.raises(UnableToSetPreference):
        set_preference(village.cashier, "ami", messages=False)
    with pytest.raises(UnableToSetPreference):
        set_preference(village.supervisor, "pigeon", messages=False)
    with pytest.raises(UnableToSetPreference):
        set_preference(make_village("Otra").supervisor, "ami", messages=False, point=point)


@pytest.mark.parametrize(
    ("word", "already", "said", "tone"),
    [
        ("Accept", False, "aceptado: +", "good"),
        ("UsedError", False, "ya usado", "good"),
        ("UsedError", True, "aceptado en un intento anterior", "good"),
        ("OldError", False, "rechazado: el token es más viejo", "bad"),
        ("CRCError", False, "rechazado: el token no es de este medidor", "bad"),
        ("SomethingNew", False, "rechazado: SomethingNew", "bad"),
    ],
)
def test_delivery_and_execution_are_told_apart(
    sale: Sale, head_end: FakeHeadEnd, word: str, already: bool, said: str, tone: str
) -> None:
    hand_over(sale)
    before = delivery_status(sale)
    assert not before.ended
    assert before.steps[0].execution == ""
    head_end.answers(ID, word, already=already)
    after = delivery_status(sale)
    assert after.ended
    assert after.steps[0].delivery == "entregado al medidor"
    assert after.steps[0].execution.startswith(said)
    assert after.tone == tone


def test_what_was_not_delivered_says_why(sale: Sale, head_end: FakeHeadEnd) -> None:
    hand_over(sale)
    head_end.gives_up(ID)
    now = delivery_status(sale)
    assert now.ended
    assert "digita" in now.headline
    assert "línea" in now.steps[0].execution


def test_the_cashier_sees_it_live(sale: Sale, head_end: FakeHeadEnd, village: Village) -> None:
    client = client_of(village.cashier)
    hand_over(sale)
    page = client.get(f"/ventas/{ID}/").content.decode()
    assert 'aria-live="polite"' in page
    assert 'hx-trigger="every 4s"' in page
    head_end.answers(ID, "Accept")
    piece = client.get(f"/ventas/{ID}/entrega/").content.decode()
    assert "aceptado: +" in piece
    assert "hx-trigger" not in piece
    assert client_of(make_village("Otra").cashier).get(f"/ventas/{ID}/entrega/").status_code == 404


def test_the_button_of_the_page(sale: Sale, head_end: FakeHeadEnd, village: Village) -> None:
    set_preference(village.supervisor, "ticket", messages=False)
    deliver_sale(sale)
    client = client_of(village.cashier)
    assert "Enviar al medidor" in client.get(f"/ventas/{ID}/").content.decode()
    assert client.post(f"/ventas/{ID}/entrega/enviar/").status_code == 302
    assert ID in head_end.handed
    assert "Enviar al medidor" not in client.get(f"/ventas/{ID}/").content.decode()


def test_instead_of_a_ticket_the_number_is_folded(
    sale: Sale, head_end: FakeHeadEnd, village: Village
) -> None:
    set_preference(village.supervisor, "ami", messages=False)
    deliver_sale(sale)
    assert "<details" in client_of(village.cashier).get(f"/ventas/{ID}/").content.decode()


def test_the_office_chooses(village: Village) -> None:
    client = client_of(village.supervisor)
    assert "Regla general" in client.get("/puntos/entrega/").content.decode()
    data = {"mode": "ami", "messages": "on", "point": village.point_of_sale.pk}
    assert client.post("/puntos/entrega/", data).status_code == 302
    assert DeliveryChoice.objects.get().point_of_sale == village.point_of_sale
    assert client.post("/puntos/entrega/", {"mode": "x"}).status_code == 200
