"""Web, database and security module killed at random moments under load: money and tokens are conserved.

Web (waitress, the portal as it is, its SQLite file) and module are processes of their own; the
clients speak HTTP with the sessions of four cashiers, two clients each, over few meters, so that they meet.
What has no answer is asked for again in the next round: reordered, and some of it twice at once.
"""

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from system.security_module.client import SecurityModuleClient

ROUNDS = int(os.environ.get("AMIBENCH_CHAOS_ROUNDS", "20"))
#: A round lies so far after the one before, for the module: no round uses up the minutes of the next, and no
#: result of 300 rounds is older than what the module keeps. Ahead of any wall: a torn journal looks at both.
ROUND_LASTS = timedelta(hours=2.5)
BEGIN = datetime(2040, 3, 1, 12, tzinfo=UTC)
CSRF = "c" * 32
RESOLVED = ("minted", "cancelled", "unknown")
SCRIPT = Path(__file__).resolve().parents[2] / "helpers" / "vending_processes.py"


class Nursery:
    """The other end of `tests/helpers/vending_processes.py`."""

    def __init__(self, directory: Path) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.prepared = self._read()

    def ask(self, do: str, **more: Any) -> Any:
        assert self._popen.stdin is not None
        self._popen.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._popen.stdin.flush()
        return self._read()

    def close(self) -> None:
        self._popen.communicate(timeout=30)

    def _read(self) -> Any:
        assert self._popen.stdout is not None
        line = self._popen.stdout.readline()
        assert line, "the nursery ended"
        return json.loads(line)


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
        return {"sale_id": str(uuid.uuid4()), "number": self.dice.choice(self.drns), "amount": "2.000"}

    def _one(self, connection: http.client.HTTPConnection, form: dict[str, str]) -> None:
        self.unanswered.append(form)  # until the answer says otherwise
        status, where = self._post(connection, "/venta/cobrar/", form)
        if status == 503 and self.dice.random() < 0.5:
            status, where = self._post(connection, f"/venta/{form['sale_id']}/consultar/", {})
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


@dataclass
class Campaign:
    """The processes that run, and how often each was killed."""

    nursery: Nursery
    web: dict[str, Any] = field(default_factory=dict)
    module: dict[str, Any] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    resolved: Counter[str] = field(default_factory=Counter)

    def revive(self, instant: datetime) -> None:
        """Start what is dead, the module first; the module is told the instant of the round."""
        if not self.module:
            self.module = self.nursery.ask("module")
        with SecurityModuleClient(self.module["url"]) as module:
            module.call("set_clock", {"time": instant.isoformat()})
        if not self.web:
            self.web = self.nursery.ask("web")
            self.resolved.update(dict(zip(RESOLVED, self.web["resolved"], strict=True)))

    def kill(self, victims: tuple[str, ...]) -> None:
        for name in victims:
            self.nursery.ask("kill", pid=getattr(self, name)["pid"])
            setattr(self, name, {})
            self.kills[name] += 1


VICTIMS = (("web",), ("module",), ("web", "module"), ("module", "web"))


def one_round(campaign: Campaign, tills: list[Till], dice: random.Random, delay_s: float) -> None:
    stop, served, threads = threading.Event(), threading.Event(), []
    for till in tills:
        again, till.unanswered = list(till.unanswered), []
        till.served = served
        dice.shuffle(again)
        # another browser of the same cashier asks for the same sales at the same moment
        again += [form for other in tills if other.session == till.session for form in other.unanswered[:1]]
        threads.append(threading.Thread(target=till.sell, args=(campaign.web["port"], again, stop)))
    for thread in threads:
        thread.start()
    assert served.wait(30)
    time.sleep(delay_s)  # noqa: TID251 - the moment of the kill must be a real one
    campaign.kill(dice.choice(VICTIMS))
    stop.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    started = Nursery(tmp_path)
    yield started
    started.close()


@pytest.mark.timeout(90 + 6 * ROUNDS)
def test_killed_at_any_moment(nursery: Nursery, capsys: pytest.CaptureFixture[str]) -> None:
    dice = random.Random(61)
    sessions, drns = nursery.prepared["sessions"], nursery.prepared["drns"]
    tills = [Till(session, drns, random.Random(count)) for count, session in enumerate(sessions * 2)]
    campaign = Campaign(nursery)
    for number in range(ROUNDS):
        campaign.revive(BEGIN + number * ROUND_LASTS)
        one_round(campaign, tills, dice, dice.uniform(0.0, 0.5))
    campaign.revive(BEGIN + ROUNDS * ROUND_LASTS)
    books = nursery.ask("check")
    answers = sum((till.answers for till in tills), Counter())
    paid = [sale for till in tills for sale in till.paid]
    with capsys.disabled():
        print(
            f"\n{ROUNDS} rounds, killed {dict(campaign.kills)}; {books['sales']} sales: "
            f"{len(books['minted'])} minted, {len(books['cancelled'])} cancelled, {books['tokens']} tokens; "
            f"resolved after a restart {dict(campaign.resolved)}; answers {dict(answers)}"
        )
    assert books["faults"] == []
    assert books["open"] == books["pending_c"] == 0
    assert books["not_one_token"] == books["other_in_module"] == []
    assert books["same_digits"] == 0
    assert books["same_tid"] == []
    assert books["issued_by_module"] == books["tokens"] == len(books["minted"])
    assert set(paid) <= set(books["minted"]), "a customer paid, and there is no token"
    assert books["owed_c"] == 200_000 * len(books["minted"])
    assert books["audit_broken_at"] is None
    # the kills came while there was work, and cut some of it off
    assert len(books["minted"]) > ROUNDS
    assert answers["cut off"] + answers["503"] > ROUNDS / 2
