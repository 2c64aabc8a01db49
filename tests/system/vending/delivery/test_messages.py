"""Messages: for who agreed, within 160 letters of GSM, never a document, once; the file loses none."""

import json
import os
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_world import FakeHeadEnd
from vending_world import Village, drn

from system.config.clock import security_now
from system.registry.models import Customer, Provider
from system.vending.delivery import jobs, messages, messenger
from system.vending.delivery.completion import complete_open
from system.vending.delivery.hand_over import deliver_sale
from system.vending.delivery.messages import LETTERS_MAX, TEMPLATES, compose_text, gsm_text
from system.vending.delivery.messenger import FileMessenger, Outgoing, UnableToMessage
from system.vending.delivery.models import Message
from system.vending.delivery.preference import set_preference
from system.vending.models import Sale

pytestmark = pytest.mark.requirement("R5.3-08")
ID = uuid.UUID(int=3)
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
LONGEST = {
    "kwh": "99.999.999,9",
    "pesos": "$ 9.999.999,99",
    "drn": "1234567890123",
    "step": " (4 de 4)",
    "digits": "1234 5678 9012 3456 7890",
}


@pytest.fixture
def path(tmp_path: Path, settings: Any) -> Path:
    made = tmp_path / "messages.jsonl"
    settings.MESSENGER_ARGUMENT = str(made)
    return made


@pytest.fixture
def sale(village: Village, minting: str, head_end: FakeHeadEnd, path: Path, sell_undelivered: Any) -> Sale:
    village.customer(1)
    Customer.objects.update(phone="+57 300 999 8877", data_consent_at=security_now())
    Provider.objects.update(name="Empresa Comunitaria de Energía Solar y Microrredes del Catatumbo y Ocaña")
    set_preference(village.supervisor, "both", messages=True)
    return sell_undelivered(ID)


def sent(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("template", sorted(TEMPLATES))
@given(provider=st.text(max_size=200))
def test_every_message_fits_whatever_the_provider_is_called(template: str, provider: str) -> None:
    text = compose_text(template, provider=provider, **LONGEST)
    assert len(text) <= LETTERS_MAX
    assert set(text) <= GSM
    if "{digits}" in TEMPLATES[template]:
        assert LONGEST["digits"] in text


@given(st.text(max_size=50))
def test_letters_that_gsm_has_not(text: str) -> None:
    made = gsm_text(text)
    assert set(made) <= GSM - {"\n", "\r"}
    assert gsm_text(made) == made


def test_told_when_the_meter_has_accepted(sale: Sale, head_end: FakeHeadEnd, path: Path) -> None:
    deliver_sale(sale)
    assert not Message.objects.exists()
    head_end.answers(ID, "Accept")
    complete_open()
    complete_open()
    assert jobs.send_messages() == "sent 1, failed 0"
    assert jobs.send_messages() == ""
    (line,) = sent(path)
    assert line["number"] == "+573009998877"
    assert "ya esta en el medidor" in line["text"]
    assert "1001" not in line["text"].replace(drn(1), "")
    assert line["id"] == str(Message.objects.get().pk)


@pytest.mark.parametrize(
    ("word", "part"), [("UsedError", "ya había sido digitada"), ("Accept", "No hay que")]
)
def test_what_the_meter_said(sale: Sale, head_end: FakeHeadEnd, path: Path, word: str, part: str) -> None:
    deliver_sale(sale)
    head_end.answers(ID, word)
    complete_open()
    assert gsm_text(part) in Message.objects.get().text


def test_a_token_that_did_not_arrive_is_told_in_digits(sale: Sale, head_end: FakeHeadEnd) -> None:
    deliver_sale(sale)
    head_end.gives_up(ID)
    complete_open()
    digits = sale.tokens.get().digits
    assert digits in Message.objects.get().text.replace(" ", "")


def test_a_refused_token_is_no_message(sale: Sale, head_end: FakeHeadEnd) -> None:
    """What went wrong there is for the cashier: the number would be refused at the keypad as well."""
    deliver_sale(sale)
    head_end.answers(ID, "OldError")
    complete_open()
    assert not Message.objects.exists()


def test_by_ticket_the_digits_are_told(sale: Sale, head_end: FakeHeadEnd) -> None:
    head_end.reaches = False
    deliver_sale(sale)
    assert sale.tokens.get().digits in Message.objects.get().text.replace(" ", "")


@pytest.mark.parametrize(
    "change",
    [
        {"data_consent_at": None},
        {"pseudonymised_at": security_now},
        {"phone": ""},
        {"phone": "12"},
        {"phone": "no tiene"},
    ],
)
def test_who_is_not_told(sale: Sale, head_end: FakeHeadEnd, change: dict[str, Any]) -> None:
    values = {name: value() if callable(value) else value for name, value in change.items()}
    Customer.objects.update(**values)
    head_end.reaches = False
    deliver_sale(Sale.objects.get(pk=ID))
    assert not Message.objects.exists()


def test_consent_that_was_taken_back_meanwhile(sale: Sale, head_end: FakeHeadEnd, path: Path) -> None:
    head_end.reaches = False
    deliver_sale(sale)
    Customer.objects.update(data_consent_at=None)
    assert jobs.send_messages() == ""
    row = Message.objects.get()
    assert (row.state, row.number, row.text) == ("dropped", "", "")
    assert not path.exists()


def test_number_and_text_go_when_it_is_sent(sale: Sale, head_end: FakeHeadEnd, path: Path) -> None:
    head_end.reaches = False
    deliver_sale(sale)
    jobs.send_messages()
    row = Message.objects.get()
    assert (row.state, row.number, row.text) == ("sent", "", "")


def test_a_channel_that_fails_is_tried_again_and_then_left(
    sale: Sale, head_end: FakeHeadEnd, path: Path
) -> None:
    head_end.reaches = False
    deliver_sale(sale)
    path.mkdir()
    for _ in range(messages.TRIES_MAX):
        Message.objects.filter(state="waiting").update(next_at=security_now())
        assert messages.send_due_messages() == (0, 1)
    row = Message.objects.get()
    assert (row.state, row.text) == ("dropped", "")
    assert messages.send_due_messages() == (0, 0)


def test_without_a_channel_nothing_is_queued(sale: Sale, head_end: FakeHeadEnd, settings: Any) -> None:
    settings.MESSENGER_ARGUMENT = ""
    head_end.reaches = False
    deliver_sale(sale)
    assert not Message.objects.exists()
    assert messenger.messenger() is None
    assert messages.send_due_messages() == (0, 0)


def test_the_file_is_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "m"
    FileMessenger(path).send(Outgoing("1", "300", "ñ"))
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(UnableToMessage, match="600"):
        FileMessenger(path).send(Outgoing("2", "300", "x"))
    assert len(path.read_text().splitlines()) == 1


def test_a_link_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("")
    os.symlink(tmp_path / "target", tmp_path / "link")
    for path in (tmp_path / "link", tmp_path / "none" / "m"):
        with pytest.raises(UnableToMessage):
            FileMessenger(path).send(Outgoing("1", "300", "x"))
    assert (tmp_path / "target").read_text() == ""


def test_a_line_that_was_cut_off_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(b'{"id": "1", "num')
    path.chmod(0o600)
    FileMessenger(path).send(Outgoing("2", "300", "x"))
    lines = path.read_text().splitlines()
    assert json.loads(lines[1])["id"] == "2"
