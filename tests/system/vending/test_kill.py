"""Web, database and security module killed at random moments under load: money and tokens are conserved.

Web (waitress, the portal as it is) and module are processes of their own; the database is the web's SQLite
file, or in the environment `postgres` a server whose postmaster and backends are killed too. The
clients speak HTTP with the sessions of four cashiers, two clients each, over few meters, so that they meet.
What has no answer is asked for again in the next round: reordered, and some of it twice at once.
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nursery import Nursery
from vending_databases import ON_POSTGRES, Database, campaign_database
from vending_tills import AMOUNT_C, Till

from system.security_module.client import SecurityModuleClient

ROUNDS = int(os.environ.get("AMIBENCH_CHAOS_ROUNDS", "20"))
#: A round lies so far after the one before, for the module: no round uses up the minutes of the next, and no
#: result of 300 rounds is older than what the module keeps. Ahead of any wall: a torn journal looks at both.
ROUND_LASTS = timedelta(hours=2.5)
BEGIN = datetime(2040, 3, 1, 12, tzinfo=UTC)
RESOLVED = ("minted", "cancelled", "unknown")


@dataclass
class Campaign:
    """The processes that run, and how often each was killed."""

    nursery: Nursery
    database: Database | None = None
    web: dict[str, Any] = field(default_factory=dict)
    module: dict[str, Any] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    resolved: Counter[str] = field(default_factory=Counter)

    def revive(self, instant: datetime) -> None:
        """Start what is dead, the web last; the module is told the instant of the round."""
        if self.database is not None:
            self.database.revive()
        if not self.module:
            self.module = self.nursery.ask("module")
        with SecurityModuleClient(self.module["url"]) as module:
            module.call("set_clock", {"time": instant.isoformat()})
        if not self.web:
            self.web = self.nursery.ask("web")
            self.resolved.update(dict(zip(RESOLVED, self.web["resolved"], strict=True)))

    def kill(self, victims: tuple[str, ...], choose: float) -> None:
        for name in victims:
            if name in ("web", "module"):
                self.nursery.ask("kill", pid=getattr(self, name)["pid"])
                setattr(self, name, {})
                self.kills[name] += 1
            elif self.database is not None and name == "postmaster":
                self.database.kill_postmaster()
                self.kills[name] += 1
            elif self.database is not None:
                self.kills[name] += self.database.kill_backend(choose)


VICTIMS = (("web",), ("module",), ("web", "module"), ("module", "web"))
if ON_POSTGRES:
    VICTIMS += (
        ("postmaster",),
        ("backend",),
        ("backend", "web"),
        ("module", "postmaster"),
        ("web", "postmaster"),
    )


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
    campaign.kill(dice.choice(VICTIMS), dice.random())
    stop.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


@pytest.fixture
def campaign(tmp_path: Path) -> Iterator[Campaign]:
    with campaign_database() as database:
        nursery = Nursery(tmp_path, database.server.url if database else "")
        yield Campaign(nursery, database)
        if database is not None:
            database.revive()
        nursery.close()


@pytest.mark.requirement("R5.3-04")
@pytest.mark.timeout(90 + 6 * ROUNDS)
def test_killed_at_any_moment(campaign: Campaign, capsys: pytest.CaptureFixture[str]) -> None:
    dice = random.Random(61)
    nursery = campaign.nursery
    sessions, drns = nursery.prepared["sessions"], nursery.prepared["drns"]
    tills = [Till(session, drns, random.Random(count)) for count, session in enumerate(sessions * 2)]
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
    assert books["owed_c"] == AMOUNT_C * len(books["minted"])
    assert books["audit_broken_at"] is None
    # the kills came while there was work, and cut some of it off
    assert len(books["minted"]) > ROUNDS
    assert answers["cut off"] + answers["503"] > ROUNDS / 2
