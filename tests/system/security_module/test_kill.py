"""Killed at random moments under eight clients: no TID twice, no answer lost, one token for one message."""

import os
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from protocols.sts.identity import luhn_digit
from system.security_module.client import SecurityModuleClient
from system.security_module.errors import AnswerLost, RequestRefused, UnableToReachModule

ROUNDS = int(os.environ.get("AMIBENCH_CHAOS_ROUNDS", "20"))
CLIENTS = 8
#: Few enough that clients contend for the minutes of one meter, enough that a round does not use them up.
METERS = 60
DRNS = tuple(payload + luhn_digit(payload) for payload in (f"01{number:08d}" for number in range(METERS)))


@dataclass
class Seller:
    """One client: it notes for which meter it asks before asking, and what was answered."""

    name: str
    sent: dict[str, str] = field(default_factory=dict)
    answered: dict[str, dict[str, Any]] = field(default_factory=dict)

    def sell_until_the_module_dies(self, url: str, meter: dict[str, Any]) -> None:
        with SecurityModuleClient(url) as module:
            for count in range(1_000_000):
                message_id, drn = f"{self.name}-{count}", DRNS[count % METERS]
                self.sent[message_id] = drn
                try:
                    self.answered[message_id] = module.mint(
                        message_id, {**meter, "drn": drn}, subclass=0, amount=10
                    )
                except (AnswerLost, UnableToReachModule):
                    return


def run_until_killed(process, sellers: list[Seller], meter: dict[str, Any], delay_s: float) -> None:
    threads = [
        threading.Thread(target=seller.sell_until_the_module_dies, args=(process.url, meter))
        for seller in sellers
    ]
    for thread in threads:
        thread.start()
    time.sleep(delay_s)  # noqa: TID251 - the moment of the kill must be a real one
    process.kill()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def settle(url: str, sellers: list[Seller]) -> dict[str, dict[str, Any]]:
    """After the restart: every answer is still there as it was; what has none is closed for good."""
    results: dict[str, dict[str, Any]] = {}
    absent: list[tuple[str, bool]] = []
    with SecurityModuleClient(url) as module:
        for seller in sellers:
            for message_id in seller.sent:
                try:
                    kept = module.fetch_result(message_id, cancel_if_absent=True)
                except RequestRefused as refused:
                    absent.append((refused.code, message_id in seller.answered))
                    continue
                assert seller.answered.get(message_id, kept) == kept, "a message has two tokens"
                results[message_id] = kept
    assert set(absent) <= {("result-not-found", False), ("message-cancelled", False)}, "an answer was lost"
    return results


def rounds_of(start: datetime) -> Iterator[tuple[int, datetime]]:
    """Each round has a day of the module's own, so that no round uses up the minutes of the next."""
    for number in range(ROUNDS):
        yield number, start + timedelta(days=number)


@pytest.mark.timeout(60 + 6 * ROUNDS)
def test_killed_at_any_moment(spawn, meter) -> None:
    moments = random.Random(41)
    everything: dict[str, dict[str, Any]] = {}
    meters: dict[str, str] = {}
    interrupted = 0
    # Ahead of any wall: a torn end lifts the floor to an hour after the later of wall and last token.
    for number, now in rounds_of(datetime(2040, 3, 1, 12, tzinfo=UTC)):
        sellers = [Seller(f"r{number}c{client}") for client in range(CLIENTS)]
        # In every other round the journal is begun anew again and again: a kill may fall into that too.
        process = spawn(*(("--compact-above", "50000") if number % 2 else ()))
        with SecurityModuleClient(process.url) as module:
            module.call("set_clock", {"time": now.isoformat()})
        run_until_killed(process, sellers, meter, moments.uniform(0.02, 0.4))
        survivor = spawn()
        kept = settle(survivor.url, sellers)
        survivor.kill()
        assert all(seller.sent for seller in sellers)
        interrupted += sum(len(seller.sent) - len(seller.answered) for seller in sellers)
        everything.update(kept)
        for seller in sellers:
            meters.update(seller.sent)
    minted = [
        (meters[message_id], token["tid"])
        for message_id, result in everything.items()
        for token in result["tokens"]
    ]
    assert len(set(minted)) == len(minted), "a TID was given twice for one meter"
    # The kills came while the module was at work: there were answers, and answers were cut off.
    assert len(minted) > 20 * ROUNDS
    assert interrupted > ROUNDS
