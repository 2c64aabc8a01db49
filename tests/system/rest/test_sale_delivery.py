"""A sale by API goes to its meter by itself, too, and so does one whose result was asked for later."""

from collections.abc import Callable
from typing import Any

import pytest
from network_world import FakeHeadEnd
from vending_world import drn

from system.accounts.permissions import Role
from system.security_module.errors import AnswerLost
from system.vending.delivery import carriers, hand_over
from system.vending.module_client import module_client
from system.vending.services import vend_transaction

pytestmark = pytest.mark.requirement("R5.3-05")


@pytest.fixture
def head_end(monkeypatch: pytest.MonkeyPatch) -> FakeHeadEnd:
    made = FakeHeadEnd()
    monkeypatch.setattr(carriers, "CARRIERS", [made])
    return made


@pytest.fixture
def cashier(caller: Callable[[Role], Any], minting: str) -> Any:
    return caller(Role.CASHIER)


def test_sold_and_handed_over_once(cashier: Any, head_end: FakeHeadEnd, new_id: Callable[[], str]) -> None:
    sale_id, wanted = new_id(), {"number": drn(1), "amount_c": 1_000_000}
    answers = [cashier("PUT", f"sales/{sale_id}", wanted) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    digits = [token["digits"] for token in answers[0].json()["tokens"]]
    assert [(str(known), given) for known, given in head_end.handed.items()] == [(sale_id, digits)]
    assert head_end.times == 1


def test_a_head_end_that_is_away_does_not_touch_the_sale(
    cashier: Any, head_end: FakeHeadEnd, new_id: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def falls(_: Any) -> None:
        raise RuntimeError("anything")

    monkeypatch.setattr(hand_over, "hand_over", falls)
    sold = cashier("PUT", f"sales/{new_id()}", {"number": drn(1), "amount_c": 1_000_000})
    assert (sold.status_code, sold.json()["outcome"]) == (201, "minted")


class Mumbling:
    """A module that mints, and whose answers to that are lost."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def mint(self, *said: Any, **more: Any) -> Any:
        self._real.mint(*said, **more)
        raise AnswerLost("x")


@pytest.mark.parametrize("minted", [True, False])
def test_what_is_resolved_is_handed_over_if_it_was_minted(
    cashier: Any,
    head_end: FakeHeadEnd,
    new_id: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    minted: bool,
) -> None:
    sale_id = new_id()
    with monkeypatch.context() as patched:
        heard = Mumbling(module_client()) if minted else None
        patched.setattr(vend_transaction, "_MINT", dict.fromkeys(vend_transaction._MINT, _lost(heard)))
        sold = cashier("PUT", f"sales/{sale_id}", {"number": drn(1), "amount_c": 1_000_000})
        assert sold.status_code == 409
    assert head_end.handed == {}
    resolved = cashier("POST", f"sales/{sale_id}/resolution").json()
    assert resolved["outcome"] == ("minted" if minted else "cancelled")
    assert len(head_end.handed) == int(minted)


def _lost(heard: Any) -> Any:
    def call(sale: Any) -> Any:
        if heard is None:
            raise AnswerLost("x")
        wanted = dict(sale.request)
        return heard.mint(
            str(sale.pk), sale.meter, subclass=wanted.pop("subclass"), amount=wanted.pop("amount"), **wanted
        )

    return call
