"""Two houses as processes: one sells and has no field, the other has the meters (R4-03, both ways of it).

To the second the first is a vending platform that comes to its network API; to the first the second is a
head-end elsewhere. Portals and workers are processes; what a collector would do is done on the books.
"""

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from copied_books import asked, copy_of, empty_books, written_in
from field_store import Field
from house_processes import House, session_of
from network_world import caller, make_network
from vending_world import drn, make_module, make_village, served_module

from system.head_end.django_store import DjangoStore
from system.head_end.vocabulary import OrderState

__all__ = ["empty_books"]
pytestmark = [pytest.mark.requirement("R4-03", "R4-04"), pytest.mark.django_db]
SALE = uuid.UUID(int=77)
UNSENT = "UPDATE delivery_remote_token SET sent = 0, state = 'waiting', next_at = ?"
DUE = "UPDATE delivery_remote_token SET next_at = ? WHERE next_at IS NOT NULL"
CHORES_DUE = "UPDATE chores_chore SET due_at = ?"
OF_THE_TOKEN = "SELECT state, answer, sent FROM delivery_remote_token"
LONG_AGO = "2026-01-01 00:00:00"


def wall() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the houses are processes of their own


@dataclass
class Neighbours:
    """The house that sells and the one that delivers."""

    shop: House
    field: House
    cashier: str
    blocker: Any

    def in_the_field(self) -> AbstractContextManager[None]:
        return written_in(self.field.books, self.blocker)

    def worker_comes(self) -> dict[str, str]:
        """A worker of the shop, for whom everything is due."""
        asked(self.shop.books, DUE, LONG_AGO)
        asked(self.shop.books, CHORES_DUE, LONG_AGO)
        return self.shop.work_once()

    def token(self) -> tuple[str, str, int]:
        """State, answer and whether it is there, as the shop has it."""
        (row,) = asked(self.shop.books, OF_THE_TOKEN)
        return row[0], row[1], row[2]

    def orders(self) -> list[str]:
        """Digits of the orders that the field has."""
        from system.head_end.models import Order

        with self.in_the_field():
            return [row.parameters["digits"] for row in Order.objects.all()]

    def meter_answers(self, word: str) -> None:
        """A collector visits the meter."""
        store, now = DjangoStore(), wall()
        with self.in_the_field():
            (visit,) = store.lease("one", 5, now)
            field = Field(None, store)  # type: ignore[arg-type]  # the village is in the books
            (work,) = visit.orders
            assert field.begin(visit, work.id, now)
            result = {"result": word, "already": False}
            field.report(visit, work.id, OrderState.DONE, result=result, at=now)
            store.release(visit.lease, now)


def _field_house(house: House, blocker: Any) -> str:
    """A meter that can be reached, and a network for the shop; its key."""
    with written_in(house.books, blocker):
        village = make_village("Cabecera del Norte")
        Field(village, DjangoStore()).meter(1, wanted_since=wall(), events_seen_at=wall())
        return caller(village, make_network(village, "Tienda del Sur")).secret


def _shop_house(house: House, head_end: House, blocker: Any) -> str:
    """The same meter, and where its tokens go; a cashier's session."""
    from system.vending.delivery.models import RemoteHeadEnd

    with written_in(house.books, blocker):
        village = make_village("Tienda del Sur", limit_c=None)
        village.customer(1)
        RemoteHeadEnd.objects.create(
            provider=village.provider, name="Norte", url=f"{head_end.url}/api/v1/network", key_name="north"
        )
        return session_of(village.cashier)


@pytest.fixture
def neighbours(empty_books: Path, tmp_path: Path, django_db_blocker: Any) -> Iterator[Neighbours]:
    (tmp_path / "shop").mkdir()
    with served_module(make_module(tmp_path / "shop"), wall) as module_url:
        keys = tmp_path / "keys.toml"
        keys.touch(0o600)
        field = House(copy_of(empty_books, tmp_path / "field" / "books.db"))
        shop = House(
            copy_of(empty_books, tmp_path / "shop" / "books.db"),
            {"AMIBENCH_SECURITY_MODULE": module_url, "AMIBENCH_REMOTE_KEYS": str(keys)},
        )
        keys.write_text(f'[keys]\nnorth = "{_field_house(field, django_db_blocker)}"\n')
        cashier = _shop_house(shop, field, django_db_blocker)
        for house in (shop, field):
            house.begin()
        try:
            for house in (shop, field):
                house.await_portal()
            yield Neighbours(shop, field, cashier, django_db_blocker)
        finally:
            for house in (shop, field):
                house.kill()


def _sell(neighbours: Neighbours) -> str:
    """A sale at the shop's counter; its token."""
    form = {"sale_id": str(SALE), "number": drn(1), "amount": "10000"}
    status, leads_to = neighbours.shop.post("/venta/cobrar/", form, neighbours.cashier)
    assert (status, str(SALE) in leads_to) == (302, True), (status, leads_to)
    ((digits,),) = asked(neighbours.shop.books, "SELECT digits FROM vending_token")
    return str(digits)


@pytest.mark.timeout(180)
def test_sold_here_delivered_there(neighbours: Neighbours) -> None:
    digits = _sell(neighbours)
    assert neighbours.token() == ("waiting", "", 0)
    # the answer to the first request is lost, as when the worker dies: the same goes out again
    assert neighbours.worker_comes()["remote-deliveries"] == "asked 1"
    asked(neighbours.shop.books, UNSENT, LONG_AGO)
    assert neighbours.worker_comes()["remote-deliveries"] == "asked 1"
    assert neighbours.token() == ("waiting", "", 1)
    assert neighbours.orders() == [digits]
    neighbours.meter_answers("Accept")
    assert neighbours.worker_comes()["remote-deliveries"] == "asked 1"
    assert neighbours.token() == ("done", "Accept", 1)
    assert neighbours.orders() == [digits]
    page = neighbours.shop.page(f"/ventas/{SALE}/", neighbours.cashier)
    assert "La recarga está en el medidor." in page
