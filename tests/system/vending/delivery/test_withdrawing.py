"""R5.3-05: what the meter has, or may have, stays sold; what waits is taken back before its money is."""

import uuid
from typing import Any

import pytest
from django.db import connection
from field_store import Field
from network_world import FakeHeadEnd
from vending_world import NOW, Village

from system.accounts import four_eyes
from system.accounts.models import Approval
from system.accounts.permissions import Operation
from system.config.clock import security_now
from system.config.outgoing_http import Answer, UnableToSend
from system.head_end import api
from system.head_end.django_store import DjangoStore
from system.head_end.vocabulary import OrderState
from system.vending import ledger
from system.vending.delivery import carriers, jobs, withdrawal
from system.vending.delivery.hand_over import UnableToDeliver, deliver_sale, hand_over, send_to_meter
from system.vending.delivery.models import HandOver, Message, RemoteHeadEnd, RemoteToken
from system.vending.delivery.status import delivery_status
from system.vending.errors import UnableToSell
from system.vending.models import AccountBalance, Reversal, Sale, Token, TokenRole
from system.vending.services.reverse_sale import reversal_arguments, reverse_sale

pytestmark = pytest.mark.requirement("R5.3-05")
ID = uuid.UUID(int=3)


@pytest.fixture
def unsent(village: Village, minting: str, sell_undelivered: Any) -> Sale:
    """A sale that nobody handed over yet."""
    village.customer(1)
    return sell_undelivered(ID)


@pytest.fixture
def sale(head_end: FakeHeadEnd, unsent: Sale) -> Sale:
    deliver_sale(unsent)
    return unsent


@pytest.fixture
def field(village: Village, unsent: Sale) -> Field:
    """Our own head-end has the meter of the sale."""
    made = Field(village, DjangoStore())
    made.meter(1)
    return made


def approved(village: Village, sale: Sale) -> Approval:
    users = type(village.supervisor).objects
    chief = users.create_user(f"chief-{uuid.uuid4()}", provider=village.provider, role="administrator")
    approval = four_eyes.request_approval(
        village.supervisor, Operation.REVERSE_SALE, reversal_arguments(sale), "x"
    )
    four_eyes.decide(chief, approval, granted=True)
    return approval


def reverse(village: Village, sale: Sale) -> Reversal:
    return reverse_sale(village.supervisor, sale, approved(village, sale), "otro medidor")


def nothing_came_back() -> bool:
    return not Reversal.objects.exists() and AccountBalance.objects.exclude(posted_c=0).exists()


@pytest.mark.parametrize(
    ("answer", "already"), [("Accept", False), ("UsedError", False), ("UsedError", True)]
)
def test_what_the_meter_has_stays_sold(
    village: Village, sale: Sale, head_end: FakeHeadEnd, answer: str, already: bool
) -> None:
    head_end.answers(ID, answer, already=already)
    with pytest.raises(UnableToSell) as refused:
        reverse(village, sale)
    assert str(refused.value) == withdrawal.IN_THE_METER
    assert nothing_came_back()
    assert HandOver.objects.get().state == "handed"


@pytest.mark.parametrize(
    ("state", "unsure", "words"),
    [
        (OrderState.RUNNING, False, withdrawal.ON_ITS_WAY),
        (OrderState.UNSURE, True, withdrawal.ON_ITS_WAY),
        (OrderState.EXPIRED, True, withdrawal.NEVER_KNOWN),
        (OrderState.FAILED, True, withdrawal.NEVER_KNOWN),
    ],
)
def test_what_it_may_have_stays_sold(
    village: Village, sale: Sale, head_end: FakeHeadEnd, state: OrderState, unsure: bool, words: str
) -> None:
    head_end.now(ID, state, unsure=unsure)
    with pytest.raises(UnableToSell) as refused:
        reverse(village, sale)
    assert str(refused.value) == words
    assert nothing_came_back()


@pytest.mark.parametrize("answer", ["OldError", "CRCError", "OverflowError"])
def test_what_it_refused_is_reversed(
    village: Village, sale: Sale, head_end: FakeHeadEnd, answer: str
) -> None:
    head_end.answers(ID, answer)
    reverse(village, sale)
    assert not AccountBalance.objects.exclude(posted_c=0).exists()
    assert ledger.ledger_faults() == []


def test_what_never_reached_it_is_reversed(village: Village, sale: Sale, head_end: FakeHeadEnd) -> None:
    head_end.gives_up(ID)
    assert reverse(village, sale).sale == sale


@pytest.mark.parametrize(
    ("credit", "refused"),
    [
        (OrderState.WAITING, withdrawal.ON_ITS_WAY),
        (OrderState.EXPIRED, ""),
        (OrderState.DONE, withdrawal.IN_THE_METER),
    ],
)
def test_a_key_change_alone_is_no_credit(
    village: Village, sale: Sale, head_end: FakeHeadEnd, credit: OrderState, refused: str
) -> None:
    """Its sections were accepted; whether money may go back depends on the credit that comes after them."""
    Token(sale=sale, position=2, role=TokenRole.KEY_CHANGE, digits="1" * 20).save()
    said = "Accept" if credit is OrderState.DONE else ""
    head_end.states[ID] = (
        carriers.TokenState(2, OrderState.DONE, "2ndKCT"),
        carriers.TokenState(1, credit, said),
    )
    if refused:
        with pytest.raises(UnableToSell) as raised:
            reverse(village, sale)
        assert str(raised.value) == refused
    else:
        reverse(village, sale)
    assert Reversal.objects.exists() is not bool(refused)


def test_a_sale_that_was_not_handed_over_never_is(
    village: Village, unsent: Sale, head_end: FakeHeadEnd, settings: Any
) -> None:
    reverse(village, unsent)
    for _ in range(2):
        deliver_sale(Sale.objects.get(pk=ID))
        jobs.deliver()
    with pytest.raises(UnableToDeliver, match="reversada"):
        send_to_meter(village.cashier, Sale.objects.get(pk=ID))
    assert head_end.handed == {}
    assert HandOver.objects.get().state == "withdrawn"
    assert not Message.objects.exists()
    assert "reversada" in delivery_status(Sale.objects.get(pk=ID)).headline


def test_what_is_owed_is_withdrawn(village: Village, unsent: Sale, head_end: FakeHeadEnd) -> None:
    """The hand-over read its row before the reversal, and goes on after it."""
    head_end.broken = 1
    late = hand_over(unsent)
    assert late.state == "owed"
    reverse(village, unsent)
    from system.vending.delivery import hand_over as room

    room._try(late)
    assert head_end.handed == {}
    assert HandOver.objects.get().state == "withdrawn"


def test_a_message_that_waits_is_not_sent(village: Village, sale: Sale) -> None:
    now = security_now()
    Message.objects.create(
        provider=village.provider,
        customer=sale.agreement.customer,
        sale=sale,
        template="token",
        number="300",
        text="Digite 1234",
        next_at=now,
        queued_at=now,
    )
    reverse(village, sale)
    row = Message.objects.get()
    assert (row.state, row.text, row.number) == ("dropped", "", "")


class TestOurHeadEnd:
    """Orders of the database, and the store that lets them begin."""

    def test_a_waiting_order_is_cancelled(self, village: Village, unsent: Sale, field: Field) -> None:
        deliver_sale(unsent)
        reverse(village, unsent)
        (token,) = api.delivery_of(ID).tokens  # type: ignore[union-attr]
        assert token.state is OrderState.CANCELLED
        assert HandOver.objects.get().state == "withdrawn"
        assert field.store.lease("uno", 10, NOW)[0].orders == ()

    def test_the_reversal_came_first(self, village: Village, unsent: Sale, field: Field) -> None:
        """A collector holds the order when it is taken back: it may not begin."""
        deliver_sale(unsent)
        visit = field.lease(NOW)
        (work,) = visit.orders
        reverse(village, unsent)
        assert not field.begin(visit, work.id, NOW)

    def test_the_order_came_first(self, village: Village, unsent: Sale, field: Field) -> None:
        deliver_sale(unsent)
        visit = field.lease(NOW)
        assert field.begin(visit, visit.orders[0].id, NOW)
        with pytest.raises(UnableToSell, match="entregando"):
            reverse(village, unsent)
        assert nothing_came_back()

    def test_the_order_begins_between_look_and_cancel(
        self, village: Village, unsent: Sale, field: Field, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deliver_sale(unsent)
        visit = field.lease(NOW)
        usual, begun = carriers.LocalHeadEnd.withdraw, []

        def late(self: Any, user: Any, sale: Sale) -> bool:
            cancel = api.cancel_order

            def begin_first(user: Any, order_id: uuid.UUID) -> Any:
                begun.append(field.begin(visit, order_id, NOW))
                return cancel(user, order_id)

            with monkeypatch.context() as patched:
                patched.setattr(api, "cancel_order", begin_first)
                return usual(self, user, sale)

        monkeypatch.setattr(carriers.LocalHeadEnd, "withdraw", late)
        with pytest.raises(UnableToSell, match="entregando"):
            reverse(village, unsent)
        assert begun == [True]
        assert nothing_came_back()

    def test_an_answer_that_was_lost_for_good(self, village: Village, unsent: Sale, field: Field) -> None:
        from system.head_end.models import OrderProgress

        deliver_sale(unsent)
        visit = field.lease(NOW)
        order_id = visit.orders[0].id
        assert field.begin(visit, order_id, NOW)
        field.report(visit, order_id, OrderState.UNSURE, at=NOW)
        OrderProgress.objects.filter(pk=order_id).update(state=OrderState.EXPIRED.value)
        with pytest.raises(UnableToSell) as refused:
            reverse(village, unsent)
        assert str(refused.value) == withdrawal.NEVER_KNOWN

    def test_a_refused_reversal_cancels_nothing(
        self, village: Village, unsent: Sale, field: Field, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from system.vending.services import reverse_sale as room

        def full(*_: Any) -> None:
            raise room.OverLimit("x")

        deliver_sale(unsent)
        monkeypatch.setattr(room, "_post_reversal", full)
        with pytest.raises(UnableToSell, match="cupo"):
            reverse(village, unsent)
        (token,) = api.delivery_of(ID).tokens  # type: ignore[union-attr]
        assert token.state is OrderState.WAITING
        assert HandOver.objects.get().state == "handed"


class TestElsewhere:
    """A neighbour's head-end: what was sent there is not taken back."""

    @pytest.fixture
    def theirs(self, village: Village, unsent: Sale, monkeypatch: pytest.MonkeyPatch) -> Sale:
        RemoteHeadEnd.objects.create(
            provider=village.provider, name="Norte", url="https://norte.example.co", key_name="north"
        )
        monkeypatch.setattr(carriers, "key_of", lambda _: "k")
        deliver_sale(unsent)
        return unsent

    def test_what_was_not_sent_is_taken_back(
        self, village: Village, theirs: Sale, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reverse(village, theirs)
        assert RemoteToken.objects.get().state == "cancelled"
        monkeypatch.setattr(carriers, "SENDERS", [None])  # nobody is called
        assert carriers.follow_remote_tokens() == 0

    @pytest.mark.parametrize(
        "came", [UnableToSend("no answer"), Answer(503, b""), Answer(200, b'{"state": "waiting"}')]
    )
    def test_what_went_out_is_not(
        self, village: Village, theirs: Sale, monkeypatch: pytest.MonkeyPatch, came: Any
    ) -> None:
        def sender(*_: Any) -> Answer:
            if isinstance(came, Exception):
                raise came
            said: Answer = came
            return said

        monkeypatch.setattr(carriers, "SENDERS", [sender])
        assert carriers.follow_remote_tokens() == 1
        with pytest.raises(UnableToSell, match="entregando"):
            reverse(village, theirs)
        assert nothing_came_back()

    @pytest.mark.parametrize("came", [UnableToSend("private", forbidden=True), Answer(401, b"")])
    def test_what_was_not_let_in_never_went_out(
        self, village: Village, theirs: Sale, monkeypatch: pytest.MonkeyPatch, came: Any
    ) -> None:
        def sender(*_: Any) -> Answer:
            if isinstance(came, Exception):
                raise came
            said: Answer = came
            return said

        monkeypatch.setattr(carriers, "SENDERS", [sender])
        assert carriers.follow_remote_tokens() == 1
        reverse(village, theirs)
        assert RemoteToken.objects.get().state == "cancelled"

    def test_a_reversal_while_it_is_being_sent(
        self, village: Village, theirs: Sale, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is written before it goes out: who looks meanwhile finds it on its way."""
        refused = []

        def sender(*_: Any) -> Answer:
            with pytest.raises(UnableToSell) as raised:
                reverse(village, theirs)
            refused.append(str(raised.value))
            return Answer(200, b'{"state": "done", "answer": "Accept"}')

        monkeypatch.setattr(carriers, "SENDERS", [sender])
        carriers.follow_remote_tokens()
        assert refused == [withdrawal.ON_ITS_WAY]
        assert delivery_status(theirs).tone == "good"


def test_both_hold_the_installation(
    village: Village, unsent: Sale, head_end: FakeHeadEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What keeps a hand-over from coming between look and reversal where the database has row locks."""
    from system.vending.delivery import hand_over as room

    held = []
    monkeypatch.setattr(room, "lock_row", lambda row: held.append((row.pk, connection.in_atomic_block)))
    hand_over(unsent)
    assert held == [(unsent.installation_id, True)]
