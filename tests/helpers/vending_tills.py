"""Clients of the vending campaigns: tills that speak HTTP to the web of a nursery."""

import http.client
import random
import threading
import uuid
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode

CSRF = "c" * 32
AMOUNT_C = 200_000


@dataclass
class Till:
    """One client: a cashier's browser, which keeps the id of a sale until it knows how it ended."""

    session: str
    drns: list[str]
    dice: random.Random
    unanswered: list[dict[str, str]] = field(default_factory=list)
    paid: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    served: threading.Event = field(default_factory=threading.Event)

    def sell(self, port: int, again: list[dict[str, str]], stop: threading.Event) -> None:
        """First what has no answer yet, then new sales, until the web dies or the round is over."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            while not stop.is_set():
                form = again.pop() if again else self._new()
                self._one(connection, form)
        except (OSError, http.client.HTTPException):
            self.answers["cut off"] += 1
        finally:
            connection.close()
        self.unanswered.extend(again)

    def _new(self) -> dict[str, str]:
        return {
            "sale_id": str(uuid.uuid4()),
            "number": self.dice.choice(self.drns),
            "amount": f"{AMOUNT_C // 100}",
        }

    def _one(self, connection: http.client.HTTPConnection, form: dict[str, str]) -> None:
        self.unanswered.append(form)  # until the answer says otherwise
        status, where = self._post(connection, "/venta/cobrar/", form)
        if status == 503 and self.dice.random() < 0.5:
            status, where = self._post(connection, f"/venta/{form['sale_id']}/consultar/", {})
            if status == 404:  # nothing was reserved: the form is still to be sent
                status = 503
        self.answers[str(status)] += 1
        self.served.set()
        if status == 302:
            assert where == f"/ventas/{form['sale_id']}/", where
            self.paid.append(form["sale_id"])
        if status in (302, 409):
            self.unanswered.remove(form)
        else:
            assert status == 503, status

    def _post(
        self, connection: http.client.HTTPConnection, path: str, form: dict[str, str]
    ) -> tuple[int, str]:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={self.session}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
        }
        connection.request("POST", path, urlencode(form), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Location", "")
