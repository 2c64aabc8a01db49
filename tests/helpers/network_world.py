"""A network of the village: terms, keys, a client of its API; and a head-end that is a dictionary."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.test import Client
from vending_world import Village

from system.head_end.vocabulary import OrderState, Reason
from system.networks.api_keys import KeyRequest, Scope, issue_api_key
from system.networks.commission import Commission
from system.networks.models import Network
from system.networks.services.networks import Terms, create_network
from system.vending.delivery.carriers import TokenState

ALL = tuple(scope.value for scope in Scope)
TEN_PERCENT = Commission("percent", bp=1_000)
API = "/api/v1/network"


def make_network(village: Village, name: str = "Red Paisa", **terms: Any) -> Network:
    """A network on usual terms: 10 %, at most 50 000 pesos a sale and 200 000 a day."""
    usual: dict[str, Any] = {
        "sale_max_c": 5_000_000,
        "day_max_c": 20_000_000,
        "credit_c": 50_000_000,
        "commission": TEN_PERCENT,
    }
    return create_network(village.supervisor, name, "sales", Terms(**{**usual, **terms}))


@dataclass
class Caller:
    """Somebody with a key."""

    secret: str
    key: Any = None
    client: Client = field(default_factory=Client)

    def post(self, path: str, body: Any, sale_id: uuid.UUID | None = None, **headers: str) -> Any:
        if sale_id is not None:
            headers["Idempotency-Key"] = str(sale_id)
        return self.client.post(
            f"{API}{path}", json.dumps(body), content_type="application/json", headers=self._headers(headers)
        )

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"{API}{path}", query, headers=self._headers({}))

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}", **headers}


def caller(village: Village, network: Network, kind: str = "live", scopes: Sequence[str] = ALL) -> Caller:
    """A client with a new key."""
    key, secret = issue_api_key(village.supervisor, network, KeyRequest("de prueba", kind, tuple(scopes)))
    return Caller(secret, key)


@dataclass
class FakeHeadEnd:
    """A head-end: what it was handed, and what its meters answered.

    Args:
        reaches: whether it takes tokens at all.
        broken: handing over fails so often before it works.
    """

    reaches: bool = True
    broken: int = 0
    handed: dict[uuid.UUID, list[str]] = field(default_factory=dict)
    states: dict[uuid.UUID, tuple[TokenState, ...]] = field(default_factory=dict)
    times: int = 0

    def takes(self, sale: Any) -> str:
        return "fake" if self.reaches else ""

    def hand(self, user: Any, sale: Any) -> None:
        self.times += 1
        if self.broken:
            self.broken -= 1
            raise OSError("the head-end is away")
        digits = [token.digits for token in sale.tokens.order_by("position")]
        self.handed.setdefault(sale.pk, digits)
        waiting = tuple(TokenState(n, OrderState.WAITING) for n in range(1, len(digits) + 1))
        self.states.setdefault(sale.pk, waiting)

    def look(self, sale: Any) -> Sequence[TokenState]:
        return self.states.get(sale.pk, ())

    def withdraw(self, user: Any, sale: Any) -> bool:
        if any(state.state is not OrderState.WAITING for state in self.states.get(sale.pk, ())):
            return False
        self.now(sale.pk, OrderState.CANCELLED)
        return True

    def now(self, sale_id: uuid.UUID, state: OrderState, *, unsure: bool = False) -> None:
        """All its tokens stand so."""
        self.states[sale_id] = tuple(
            TokenState(one.position, state, unsure=unsure) for one in self.states[sale_id]
        )

    def answers(self, sale_id: uuid.UUID, *words: str, already: bool = False) -> None:
        """The meter said something to each token."""
        self.states[sale_id] = tuple(
            TokenState(
                position,
                OrderState.DONE if word in ("Accept", "UsedError") else OrderState.REFUSED,
                word,
                already=already,
                at=datetime(2026, 11, 24, 15, 5, tzinfo=UTC),
            )
            for position, word in enumerate(words, 1)
        )

    def gives_up(self, sale_id: uuid.UUID, reason: Reason = Reason.METER_SILENT) -> None:
        """It could not reach the meter."""
        self.states[sale_id] = tuple(
            TokenState(one.position, OrderState.EXPIRED, reason=reason) for one in self.states[sale_id]
        )
