"""In the demo a free token and a key change go their whole way: asked, approved, signed, minted, accepted."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from vending_world import PASSPHRASE, Village, drn, make_village, served_module

from amibench.office.security_module import OPERATORS, make_key_store
from system.accounts.models import User
from system.config import clock
from system.registry.models import MeterKeying
from system.security_module.client import SecurityModuleClient
from system.vending import ledger, module_client
from system.vending.models import Sale

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def world_time() -> Iterator[None]:
    """The village is ten days ahead of the wall, as after four hours of the demo."""
    clock.use_clock(clock.FixedBusinessClock(clock.security_now() + timedelta(days=10)))
    yield
    clock.use_clock(None)


@pytest.fixture
def demo(db: Any, world_time: None, tmp_path: Path, settings: Any) -> Iterator[str]:
    """The demo's module and its settings; the URL."""
    store = make_key_store(tmp_path, tmp_path / "passphrase", PASSPHRASE)
    settings.MODULE_FOLLOWS_BUSINESS_TIME = True
    settings.REQUEST_SIGNER = "system.demo.operator_signatures.signatures"
    settings.OPERATOR_KEYS_DIR = tmp_path / "operators"
    with served_module(store, clock.security_now) as url:
        settings.SECURITY_MODULE_URL = url
        yield url
        module_client.close_client()


@pytest.fixture
def village(demo: str) -> Village:
    made = make_village()
    made.customer(1)
    return made


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def carried_out(village: Village, address: str, said: dict[str, Any]) -> Sale:
    """Ask as the supervisor, approve as the administrator, carry out: by the pages alone."""
    asking = client_of(village.supervisor)
    page = asking.get(address).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert asking.post(address, {**hidden, **said}).status_code == 302
    chief = User.objects.create_user("jefe", provider=village.provider, role="administrator")
    decided = f"/aprobaciones/{hidden['sale_id']}/decidir/"
    answer = client_of(chief).post(decided, {"decision": "grant", "note": ""})
    assert answer.status_code == 302, answer.content.decode()
    request = asking.get(f"/gestion/solicitudes/{hidden['sale_id']}/")
    assert "Demostración" in request.content.decode()
    signed = request.context["form"]["signatures"].value()
    done = asking.post(f"/gestion/solicitudes/{hidden['sale_id']}/ejecutar/", {"signatures": signed})
    assert done.status_code == 302, done.content.decode()
    found: Sale = Sale.objects.get(pk=hidden["sale_id"])
    return found


def test_a_free_token_is_signed_by_both_and_good_for_the_meter(village: Village, demo: str) -> None:
    said = {"number": drn(1), "kwh": "5", "reason": "prueba de la demostración"}
    sale = carried_out(village, "/gestion/entrega/", said)
    with SecurityModuleClient(demo) as asked:
        token = asked.verify(sale.meter, sale.tokens.get().digits)
        signers = asked.status()["operators"]
    assert token["crc_ok"]
    assert token["amount_units"] == 50
    assert signers == sorted(OPERATORS)
    assert ledger.ledger_faults() == []


def test_a_key_change_leads_to_the_second_register(village: Village, demo: str) -> None:
    said = {"number": drn(1), "sgc": "201457", "krn": "2", "ti": "1", "reason": "renovación"}
    sale = carried_out(village, "/gestion/cambio/", said)
    assert {token.role for token in sale.tokens.all()} == {"key-change"}
    assert MeterKeying.objects.get(valid_to__isnull=True).krn == 2
    assert ledger.ledger_faults() == []


def test_without_keys_nothing_is_signed(village: Village, settings: Any, tmp_path: Path) -> None:
    from system.vending.selectors.approval_requests import demo_signatures

    signable = {"store": "x", "operation": "mint", "args": {"approval": {"until": "2026-01-01T00:00:00Z"}}}
    assert [one["operator"] for one in demo_signatures(signable)] == sorted(OPERATORS)
    settings.OPERATOR_KEYS_DIR = tmp_path / "nothing"
    assert list(demo_signatures(signable)) == []
    settings.REQUEST_SIGNER = ""
    assert list(demo_signatures(signable)) == []
    assert list(demo_signatures(None)) == []
