"""Cashiers' browsers: each sells over its own connection, one sale after the other."""

import http.client
import random
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from amibench.commands.benches.vending.laps import Laps
from amibench.errors import CommandError

AMOUNT_PESOS = 2_000
_CSRF = "c" * 32
_ANSWER_TIMEOUT_S = 30.0


def sell(url: str, prepared: Mapping[str, Any], many: int, seconds: float) -> Laps:
    """Sell for so long.

    Args:
        url: of the portal.
        prepared: ``sessions`` of the cashiers, which clients share where they are more, and ``drns``.
        many: clients at once.
        seconds: after which none begins another sale.

    Raises:
        CommandError: a sale was refused, or the portal is gone.
    """
    begin = time.perf_counter()
    till = begin + seconds
    sessions = prepared["sessions"]
    sellers = [
        _Seller(url, sessions[number % len(sessions)], prepared["drns"], number) for number in range(many)
    ]
    threads = [threading.Thread(target=seller.sell, args=(till,)) for seller in sellers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seller in sellers:
        if seller.refused:
            raise CommandError(seller.refused)
    return Laps.of([took for seller in sellers for took in seller.took_s], time.perf_counter() - begin)


class _Seller:
    """One of them."""

    def __init__(self, url: str, session: str, drns: Sequence[str], number: int) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=_ANSWER_TIMEOUT_S
        )
        self._headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={session}; csrftoken={_CSRF}",
            "X-CSRFToken": _CSRF,
        }
        self._drns, self._dice = drns, random.Random(number)  # noqa: S311 - which meter is no secret
        self.took_s: list[float] = []
        self.refused = ""

    def sell(self, till: float) -> None:
        """Until then, or until something is refused; not everybody sells to the same meter at once."""
        try:
            while not self.refused and time.perf_counter() < till:
                self._one()
        except (OSError, http.client.HTTPException) as error:
            self.refused = f"the portal does not answer: {type(error).__name__}"
        finally:
            self._connection.close()

    def _one(self) -> None:
        form = {
            "sale_id": str(uuid.uuid4()),
            "number": self._dice.choice(self._drns),
            "amount": str(AMOUNT_PESOS),
        }
        begin = time.perf_counter()
        self._connection.request("POST", "/venta/cobrar/", urlencode(form), self._headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status == http.client.FOUND:
            self.took_s.append(time.perf_counter() - begin)
        elif answer.status != http.client.CONFLICT:  # two at one meter: the second asks again later
            self.refused = f"the portal refused a sale: {answer.status}"
