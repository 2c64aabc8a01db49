"""Walks through the house: how many modules a reader opens to follow one token, or one sale.

At 36ed2ae the first walk ran through 88 modules and the second through 44. The counts are ceilings: a change
that needs one more module says why here.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from vending_world import drn, make_module, make_village, served_module
from walks import traced

from protocols.sts.token import TransferCredit, encode_token
from sim.scenarios.world import World
from system.vending import module_client

KEY_TO_RELAY_MODULES = 55
POST_TO_TICKET_MODULES = 32


def shown(modules: set[str]) -> str:
    return f"{len(modules)} modules:\n" + "\n".join(sorted(modules))


def test_a_token_from_the_first_key_to_the_closed_relay() -> None:
    """The unit of `ppkw-plc` hangs on a power line; the walk ends a minute after the relay has closed."""
    world = World("ppkw-plc", seed=1)
    call = world.control.call
    call("load.set", {"current_a": 10.0})
    world.run(5.0)
    (meter,) = world.meters
    token = TransferCredit(0, 5, 6_500_001, 50)
    digits = encode_token(token, meter.parts.tokens.register.decoder_key)
    assert not meter.parts.switch.relay_closed
    with traced() as modules:
        for key in [*digits, "ok"]:
            call("keypad.press", {"key": key})
        call("clock.wait", {"seconds": 60.0})
    assert meter.parts.switch.relay_closed
    assert len(modules) <= KEY_TO_RELAY_MODULES, shown(modules)


@pytest.mark.django_db
def test_a_sale_from_its_post_to_its_ticket(tmp_path: Path, settings: Any) -> None:
    with served_module(make_module(tmp_path)) as settings.SECURITY_MODULE_URL:
        modules = sold()
        module_client.close_client()
    assert len(modules) <= POST_TO_TICKET_MODULES, shown(modules)


def sold() -> set[str]:
    """Modules of one sale at the counter."""
    village = make_village()
    village.customer(1)
    cashier = Client()
    cashier.force_login(village.cashier, backend="django.contrib.auth.backends.ModelBackend")
    offer = cashier.post("/venta/oferta/", {"number": drn(1), "amount": "10.000"}).content.decode()
    form = dict(re.findall(r'name="(sale_id|number|amount|kwh)" value="([^"]*)"', offer))
    with traced() as modules:
        answer = cashier.post("/venta/cobrar/", form)
    assert answer.status_code == 302
    return modules
