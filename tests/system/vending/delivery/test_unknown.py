"""A token that was sent and never answered for: two persons who know it take the money back, or nobody."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from field_store import Field
from network_world import FakeHeadEnd
from vending_world import NOW, Village

from system.accounts import four_eyes
from system.accounts.models import Approval, AuditRecord
from system.accounts.permissions import Operation
from system.config import clock
from system.head_end import api
from system.head_end.api import UnableToOrder
from system.head_end.django_store import DjangoStore
from system.head_end.models import OrderProgress
from system.head_end.vocabulary import OrderKind, OrderState
from system.vending import ledger
from system.vending.delivery import carriers, withdrawal
from system.vending.delivery.hand_over import deliver_sale
from system.vending.delivery.withdrawal import (
    UNKNOWN_TOKEN,
    WAIT,
    read_last_token,
    unanswered_token,
)
from system.vending.errors import UnableToSell
from system.vending.models import AccountBalance, Reversal, Sale, Token, TokenRole
from system.vending.services.approval_requests import execute_request
from system.vending.services.reverse_sale import (
    reversal_arguments,
    reversal_arguments_with_risk,
    reverse_sale,
)

pytestmark = pytest.mark.requirement("R5.3-05", "R4.1-02")
ID = uuid.UUID(int=3)
SENT = NOW + timedelta(minutes=1)
LATER = NOW + WAIT + timedelta(minutes=2)


@pytest.fixture
def sale(village: Village, minting: str, sell_undelivered: Any) -> Sale:
    village.customer(1)
    return sell_undelivered(ID)


@pytest.fixture
def field(village: Village, sale: Sale) -> Field:
    """Our head-end has the meter; the token was sent, and the order expired without an answer."""
    made = Field(village, DjangoStore())
    made.meter(1, events_seen_at=NOW, clock_seen_at=NOW)
    deliver_sale(sale)
    visit = made.lease(NOW)
    order_id = visit.orders[0].id
    assert made.begin(visit, order_id, NOW)
    made.report(visit, order_id, OrderState.UNSURE, at=NOW)
    made.store.release(visit.lease, NOW)
    OrderProgress.objects.filter(pk=order_id).update(state=OrderState.EXPIRED.value, changed_at=SENT)
    return made


@pytest.fixture
def later(field: Field, business_time: clock.FixedBusinessClock) -> Field:
    business_time.instant = LATER
    return field


def chief(village: Village) -> Any:
    users = type(village.supervisor).objects
    return users.create_user(f"chief-{uuid.uuid4()}", provider=village.provider, role="administrator")


def approved(village: Village, arguments: dict[str, str]) -> Approval:
    approval = four_eyes.request_approval(
        village.supervisor, Operation.REVERSE_SALE, arguments, "el cliente no lo tiene"
    )
    four_eyes.decide(chief(village), approval, granted=True)
    return approval


def look(village: Village, sale: Sale, last: str | None, at: Any = LATER) -> None:
    """The meter is asked, and says which token came last."""
    read_last_token(village.supervisor, sale)
    store = DjangoStore()
    (visit,) = store.lease("one", 5, at)
    work = next(order for order in visit.orders if order.kind is OrderKind.READ)
    assert work.parameters == {"obis": ["0.0.19.40.0"]}
    field = Field(None, store)  # type: ignore[arg-type]  # it begins and reports
    assert field.begin(visit, work.id, at)
    line = {"class_id": 115, "obis": "0.0.19.40.0", "attribute": 2, "value": last, "scaler": 0, "unit": None}
    field.report(visit, work.id, OrderState.DONE, result={"values": [line]}, at=at)
    store.release(visit.lease, at)


def test_two_persons_may_take_it_back_after_a_day(village: Village, sale: Sale, later: Field) -> None:
    arguments = reversal_arguments_with_risk(village.supervisor, sale)
    assert arguments["sale"] == str(ID)
    assert "no se le ha preguntado" in arguments[UNKNOWN_TOKEN]
    reversal = reverse_sale(village.supervisor, sale, approved(village, arguments), "no lo tiene")
    assert reversal.approval.reason == "el cliente no lo tiene"
    assert not AccountBalance.objects.exclude(posted_c=0).exists()
    assert ledger.ledger_faults() == []
    written = AuditRecord.objects.filter(action=Operation.REVERSE_SALE.value).latest("pk")
    assert arguments[UNKNOWN_TOKEN] in str(written.detail)


def test_who_approved_without_knowing_approved_something_else(
    village: Village, sale: Sale, later: Field
) -> None:
    with pytest.raises(UnableToSell) as refused:
        reverse_sale(village.supervisor, sale, approved(village, reversal_arguments(sale)), "x")
    assert str(refused.value) == withdrawal.NEVER_KNOWN
    alone = four_eyes.request_approval(
        village.supervisor,
        Operation.REVERSE_SALE,
        reversal_arguments_with_risk(village.supervisor, sale),
        "x",
    )
    with pytest.raises(UnableToSell, match="otra persona"):
        reverse_sale(village.supervisor, sale, alone, "x")
    assert not Reversal.objects.exists()


def test_nobody_decides_within_a_day(
    village: Village, sale: Sale, field: Field, business_time: clock.FixedBusinessClock
) -> None:
    for instant in (SENT, SENT + WAIT - timedelta(seconds=1)):
        business_time.instant = instant
        with pytest.raises(UnableToSell) as refused:
            reversal_arguments_with_risk(village.supervisor, sale)
        assert str(refused.value) == withdrawal.NOT_YET
    business_time.instant = SENT + WAIT
    assert UNKNOWN_TOKEN in reversal_arguments_with_risk(village.supervisor, sale)


@pytest.mark.parametrize(
    ("last", "refused", "word"),
    [
        ("ours", withdrawal.LAST_IS_OURS, "es el de esta venta"),
        ("9" * 20, "", "es otro"),
        (None, "", "no lo dice"),
    ],
    ids=["ours", "another", "silent"],
)
def test_what_the_meter_says_is_read_by_whoever_approves(
    village: Village, sale: Sale, later: Field, last: str | None, refused: str, word: str
) -> None:
    before = approved(village, reversal_arguments_with_risk(village.supervisor, sale))
    read_last_token(village.supervisor, sale)
    with pytest.raises(UnableToSell) as asking:
        reverse_sale(village.supervisor, sale, before, "x")
    assert str(asking.value) == withdrawal.ASKING
    look(village, sale, sale.tokens.get().digits if last == "ours" else last)
    known = unanswered_token(village.supervisor, sale)
    assert known is not None
    assert word in known.sentence
    if refused:
        for attempt in (
            lambda: reversal_arguments_with_risk(village.supervisor, sale),
            lambda: reverse_sale(village.supervisor, sale, before, "x"),
        ):
            with pytest.raises(UnableToSell) as raised:
                attempt()
            assert str(raised.value) == refused
        assert not Reversal.objects.exists()
    else:
        execute_request(
            village.supervisor, approved(village, reversal_arguments_with_risk(village.supervisor, sale))
        )
        assert Reversal.objects.get().sale == sale


def test_an_answer_that_came_after_all_counts_more(village: Village, sale: Sale, later: Field) -> None:
    approval = approved(village, reversal_arguments_with_risk(village.supervisor, sale))
    progress = OrderProgress.objects.get(order__sale_id=ID)
    progress.state, progress.result = OrderState.DONE.value, {"result": "Accept", "already": True}
    progress.save()
    with pytest.raises(UnableToSell) as refused:
        reverse_sale(village.supervisor, sale, approval, "x")
    assert str(refused.value) == withdrawal.IN_THE_METER


def test_a_key_change_that_was_lost_hides_no_credit(
    village: Village, sale: Sale, monkeypatch: pytest.MonkeyPatch, business_time: clock.FixedBusinessClock
) -> None:
    head_end = FakeHeadEnd()
    monkeypatch.setattr(carriers, "CARRIERS", [head_end])
    deliver_sale(sale)
    Token(sale=sale, position=2, role=TokenRole.KEY_CHANGE, digits="1" * 20).save()
    lost = carriers.TokenState(2, OrderState.EXPIRED, at=SENT, unsure=True)
    head_end.states[ID] = (lost, carriers.TokenState(1, OrderState.CANCELLED, at=SENT))
    business_time.instant = LATER
    approval = approved(village, reversal_arguments_with_risk(village.supervisor, sale))
    head_end.states[ID] = (lost, carriers.TokenState(1, OrderState.DONE, "Accept", at=SENT))
    with pytest.raises(UnableToSell) as refused:
        reverse_sale(village.supervisor, sale, approval, "x")
    assert str(refused.value) == withdrawal.IN_THE_METER


@pytest.mark.parametrize("state", [OrderState.WAITING, OrderState.UNSURE, OrderState.REFUSED])
def test_what_may_still_be_known_is_not_decided(
    village: Village, sale: Sale, later: Field, state: OrderState
) -> None:
    OrderProgress.objects.filter(order__sale_id=ID).update(
        state=state.value, result={"result": "OldError"} if state is OrderState.REFUSED else {}
    )
    assert unanswered_token(village.supervisor, sale) is None
    with pytest.raises(UnableToSell):
        reversal_arguments_with_risk(village.supervisor, sale)


def test_the_same_day_it_is_asked_once(village: Village, sale: Sale, later: Field) -> None:
    for _ in range(2):
        read_last_token(village.supervisor, sale)
    assert OrderProgress.objects.filter(order__kind=OrderKind.READ.value).count() == 1
    with pytest.raises(UnableToOrder):
        read_last_token(village.cashier, sale)
    assert api.order_of(village.supervisor, uuid.uuid4()) is None


def test_the_page_asks_the_meter_and_wants_the_risk_said(village: Village, sale: Sale, later: Field) -> None:
    client = Client()
    client.force_login(village.supervisor, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/ventas/{ID}/reversar/"
    assert "No se sabe si el medidor tiene el token" in client.get(address).content.decode()
    asked = client.post(f"{address}preguntar/", follow=True).content.decode()
    assert withdrawal.ASKING in asked
    look(village, sale, "9" * 20)
    form = {"request_id": str(uuid.uuid4()), "reason": "el cliente mostró la pantalla del medidor"}
    assert "este campo" in client.post(address, form).content.decode().lower()
    assert not Approval.objects.exists()
    assert client.post(address, {**form, "accept": "on"}).status_code == 302
    assert "es otro" in Approval.objects.get().arguments[UNKNOWN_TOKEN]
