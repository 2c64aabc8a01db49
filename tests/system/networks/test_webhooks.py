"""Signed, at least once under one id, growing pauses, dead letters, no way into private networks."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from network_world import Caller, FakeHeadEnd, caller
from vending_world import NOW, Village, drn

from system.accounts import four_eyes
from system.accounts.permissions import Operation
from system.config.clock import security_now
from system.config.outgoing_http import Answer, UnableToSend
from system.networks.errors import UnableToManage
from system.networks.follow_up import follow_up, send_webhooks
from system.networks.models import Network, NetworkSale, WebhookEndpoint, WebhookMessage
from system.networks.webhooks import sending
from system.networks.webhooks.endpoints import add_endpoint, new_secret, resend, switch_endpoint
from system.networks.webhooks.events import Event, queue_event
from system.vending.delivery.completion import complete_open
from system.vending.models import Sale, SaleOutcome
from system.vending.services.reverse_sale import reversal_arguments, reverse_sale

pytestmark = pytest.mark.requirement("R4-04")
URL = "https://red.example.co/avisos"
EVERYTHING = [event.value for event in Event]


class Receiver:
    """The other side."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.got: list[tuple[str, bytes, dict[str, str]]] = []

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        self.got.append((url, body, dict(headers)))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return Answer(answer, b"")


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Receiver:
    made = Receiver()
    monkeypatch.setattr(sending, "SENDERS", [made])
    return made


@pytest.fixture
def endpoint(village: Village, network: Network) -> WebhookEndpoint:
    return add_endpoint(village.supervisor, network, URL, EVERYTHING)


def message(network: Network, endpoint: WebhookEndpoint, about: int = 1) -> WebhookMessage:
    queue_event(network, Event.SALE_DONE, uuid.UUID(int=about), {"n": about})
    found: WebhookMessage = WebhookMessage.objects.order_by("queued_at").last()
    return found


def due_now() -> None:
    WebhookMessage.objects.filter(state="waiting").update(next_at=security_now())


def test_the_signature_is_that_of_standard_webhooks(endpoint: WebhookEndpoint) -> None:
    secret = sending.secret_of(endpoint)
    headers = sending.headers_of(secret, "msg_1", '{"a":1}', NOW)
    stamp = headers["webhook-timestamp"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, f'msg_1.{stamp}.{{"a":1}}'.encode(), hashlib.sha256).digest())
    assert headers["webhook-signature"] == f"v1,{wanted.decode()}"
    sending.verify(secret, headers, '{"a":1}', NOW)


def test_the_published_example_of_standard_webhooks() -> None:
    # its specification's example: secret, id, timestamp and body, and the signature that they come to
    body = '{"test": 2432232314}'
    headers = {
        "Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "Webhook-Timestamp": "1614265330",
        "Webhook-Signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    at = NOW.fromtimestamp(1614265330, NOW.tzinfo)
    sending.verify("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", headers, body, at)


@pytest.mark.parametrize(
    ("change", "off_s"),
    [
        ({}, 301),
        ({}, -301),
        ({"webhook-id": "msg_2"}, 0),
        ({"webhook-timestamp": ""}, 0),
        ({"webhook-timestamp": "9" * 30}, 0),
        ({"webhook-signature": ""}, 0),
        ({"webhook-signature": "v1,AAAA"}, 0),
        ({"webhook-signature": "v2,x v1,ñ"}, 0),
    ],
)
def test_forged_and_old_messages(endpoint: WebhookEndpoint, change: dict[str, str], off_s: int) -> None:
    secret = sending.secret_of(endpoint)
    headers = {**sending.headers_of(secret, "msg_1", "{}", NOW), **change}
    with pytest.raises(sending.BadSignature):
        sending.verify(secret, headers, "{}", NOW + timedelta(seconds=off_s))
    with pytest.raises(sending.BadSignature):
        sending.verify(secret, sending.headers_of(secret, "msg_1", "{}", NOW), "{ }", NOW)


def test_a_new_secret_signs_from_now_on(village: Village, endpoint: WebhookEndpoint) -> None:
    before = sending.secret_of(endpoint)
    after = sending.secret_of(new_secret(village.supervisor, endpoint))
    assert before != after
    with pytest.raises(sending.BadSignature):
        sending.verify(before, sending.headers_of(after, "m", "{}", NOW), "{}", NOW)
    assert not WebhookEndpoint.objects.filter(url__contains=after).exists()


def test_received_once_and_no_more(network: Network, endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    row = message(network, endpoint)
    assert sending.send_due() == (1, 0)
    assert sending.send_due() == (0, 0)
    (url, body, headers) = receiver.got[0]
    assert url == URL
    sending.verify(sending.secret_of(endpoint), headers, body.decode(), security_now())
    assert json.loads(body)["type"] == "sale.done"
    assert headers["webhook-id"] == str(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.status) == ("sent", 1, 200)


def test_the_same_thing_is_told_once(network: Network, endpoint: WebhookEndpoint) -> None:
    assert queue_event(network, Event.SALE_DONE, uuid.UUID(int=1), {}) == 1
    assert queue_event(network, Event.SALE_DONE, uuid.UUID(int=1), {}) == 0


@pytest.mark.parametrize("failure", [500, 404, 302, 429, UnableToSend("No responde.")])
def test_growing_pauses_and_then_a_dead_letter(
    network: Network, endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch, failure: Any
) -> None:
    receiver = Receiver(*[failure] * 50)
    monkeypatch.setattr(sending, "SENDERS", [receiver])
    row = message(network, endpoint)
    pauses = []
    while row.state == "waiting":
        due_now()
        before = security_now()
        send_webhooks()
        row.refresh_from_db()
        pauses.append((row.next_at - before).total_seconds())
    assert row.state == "dead"
    assert len(receiver.got) == len(sending.PAUSES_S) + 1
    assert [round(pause) for pause in pauses[:-1]] == list(sending.PAUSES_S)
    assert len({headers["webhook-id"] for _, _, headers in receiver.got}) == 1
    assert row.reason


def test_a_dead_letter_is_sent_again(
    village: Village, network: Network, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    row = message(network, endpoint)
    assert not resend(village.supervisor, row)
    WebhookMessage.objects.update(state="dead", attempts=11)
    with pytest.raises(UnableToManage):
        resend(village.cashier, row)
    assert resend(village.supervisor, row)
    assert sending.send_due() == (1, 0)
    assert receiver.got[0][2]["webhook-id"] == str(row.pk)


def test_a_network_sends_its_own_dead_letters_again(
    village: Village, network: Network, endpoint: WebhookEndpoint, seller: Caller
) -> None:
    row = message(network, endpoint)
    WebhookMessage.objects.update(state="dead", reason="Respondió 500.", status=500)
    listed = seller.get("/dead-letters").json()["items"]
    assert [(one["id"], one["status"]) for one in listed] == [(str(row.pk), 500)]
    from network_world import make_network

    stranger = caller(village, make_network(village, "Otra red"))
    assert stranger.get("/dead-letters").json()["total"] == 0
    assert stranger.post(f"/dead-letters/{row.pk}/resend", {}).status_code == 404
    assert seller.post(f"/dead-letters/{row.pk}/resend", {}).status_code == 202
    assert seller.post(f"/dead-letters/{row.pk}/resend", {}).status_code == 404


def test_who_is_gone_is_told_no_more(
    network: Network, endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SENDERS", [Receiver(410)])
    row = message(network, endpoint)
    sending.send_due()
    row.refresh_from_db()
    endpoint.refresh_from_db()
    assert row.state == "dead"
    assert not endpoint.active


def test_a_stopped_address_waits(
    village: Village, network: Network, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    message(network, endpoint)
    switch_endpoint(village.supervisor, endpoint, active=False)
    assert sending.send_due() == (0, 0)
    assert queue_event(network, Event.SALE_DONE, uuid.UUID(int=5), {}) == 0
    switch_endpoint(village.supervisor, endpoint, active=True)
    assert sending.send_due() == (1, 0)


def test_a_full_address_does_not_hold_up_another(
    village: Village, network: Network, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    for about in range(20):
        queue_event(network, Event.SALE_DONE, uuid.UUID(int=about), {})
    other = add_endpoint(village.supervisor, network, "https://otra.example.co/", EVERYTHING)
    queue_event(network, Event.SALE_DONE, uuid.UUID(int=99), {})
    sending.send_due()
    urls = [url for url, _, _ in receiver.got]
    assert urls.count(endpoint.url) == sending.BATCH_OF_ENDPOINT
    assert urls.count(other.url) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://red.example.co/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/",
        "https://user:pass@red.example.co/",
        "ftp://red.example.co/",
        "https://red.example.co/#x",
        "https://",
        "https://red.example.co:0/",
        "javascript:alert(1)",
        "https://red.example.co/ñ",
    ],
)
def test_addresses_that_are_refused(village: Village, network: Network, url: str) -> None:
    with pytest.raises(UnableToManage) as refused:
        add_endpoint(village.supervisor, network, url, EVERYTHING)
    assert refused.value.field == "url"


def test_only_events_that_there_are(village: Village, network: Network) -> None:
    for events in ([], ["sale.made"]):
        with pytest.raises(UnableToManage):
            add_endpoint(village.supervisor, network, URL, events)
    with pytest.raises(UnableToManage):
        add_endpoint(village.cashier, network, URL, EVERYTHING)


def told() -> list[str]:
    return sorted(WebhookMessage.objects.values_list("event", flat=True))


def test_a_sale_its_delivery_and_its_reversal_are_told(
    village: Village, endpoint: WebhookEndpoint, seller: Caller, minting: str, head_end: FakeHeadEnd
) -> None:
    village.customer(1)
    sale_id = uuid.UUID(int=7)
    seller.post("/sales", {"meter": drn(1), "amount_c": 1_000_000}, sale_id)
    assert told() == ["sale.done"]
    head_end.answers(sale_id, "Accept")
    complete_open()
    assert told() == ["order.ended", "sale.done", "token.delivered", "token.executed"]
    sale_id = uuid.UUID(int=8)  # what the meter accepted stays sold; this one still waits
    seller.post("/sales", {"meter": drn(1), "amount_c": 1_000_000}, sale_id)
    sale = Sale.objects.get(pk=sale_id)
    approval = four_eyes.request_approval(
        village.supervisor, Operation.REVERSE_SALE, reversal_arguments(sale), "x"
    )
    from system.accounts.models import User

    chief = User.objects.create_user("chief", provider=village.provider, role="supervisor")
    four_eyes.decide(chief, approval, granted=True, note="")
    reverse_sale(village.supervisor, sale, approval, "x")
    assert "sale.reversed" in told()
    follow_up()
    assert len(told()) == 6
    tokens = list(sale.tokens.values_list("digits", flat=True))
    bodies = " ".join(WebhookMessage.objects.values_list("body", flat=True))
    assert not any(digits in bodies for digits in tokens)
    assert "Persona" not in bodies


def test_a_refused_token_is_delivered_and_not_executed(
    village: Village, endpoint: WebhookEndpoint, seller: Caller, minting: str, head_end: FakeHeadEnd
) -> None:
    village.customer(1)
    sale_id = uuid.UUID(int=7)
    seller.post("/sales", {"meter": drn(1), "amount_c": 1_000_000}, sale_id)
    head_end.answers(sale_id, "OldError")
    complete_open()
    assert told() == ["order.ended", "sale.done", "token.delivered"]


def test_what_is_told_stands_and_falls_with_the_sale(
    village: Village, endpoint: WebhookEndpoint, seller: Caller, minting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is written in the transaction of the outcome: if that falls, so does the message."""
    village.customer(1)
    from system.vending.services import vend_transaction

    def falls(*_: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(vend_transaction, "_update_month", falls)
    sale_id = uuid.UUID(int=7)
    seller.client.raise_request_exception = False
    assert seller.post("/sales", {"meter": drn(1), "amount_c": 1_000_000}, sale_id).status_code == 500
    assert not SaleOutcome.objects.exists()
    assert told() == []
    assert NetworkSale.objects.get().state == "open"
    monkeypatch.undo()


def test_events_are_shown_in_words(village: Village, network: Network, endpoint: WebhookEndpoint) -> None:
    queue_event(network, Event.SALE_DONE, uuid.uuid4(), {})
    client = Client()
    client.force_login(village.supervisor, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/redes/{network.pk}/avisos/").content.decode()
    assert "<td>Venta terminada</td>" in page
    assert "<td>sale.done" not in page
