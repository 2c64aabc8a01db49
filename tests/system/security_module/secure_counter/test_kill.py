"""Killed at random moments while it sells: nothing answered is lost, nothing is made twice, money adds up."""

import os
import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from counter_leases import DRNS

from system.security_module.secure_counter import MintRequest, SecureCounter

ROUNDS = int(os.environ.get("AMIBENCH_CHAOS_ROUNDS", "3"))
ROOT = Path(__file__).resolve().parents[4]
AMOUNT_C = 7

SELLER = """
import sys
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from system.security_module.secure_counter import MintRequest, SecureCounter

path, phrase, drns, begin, number = sys.argv[1:]
counter, at = SecureCounter.open(Path(path), phrase), datetime.fromisoformat(begin)
drns = drns.split(",")
print("ready", flush=True)
for number in range(int(number), int(number) + 100_000):
    now = at + timedelta(minutes=10 * number)
    request = MintRequest(UUID(int=number), drns[number % len(drns)], 255, 7)
    print("asked", number, flush=True)
    print("answered", number, counter.mint(request, now).digits, flush=True)
"""


def sell_until_killed(till, phrase: str, number: int, lines: int) -> list[list[str]]:
    """What a process said that was killed after so many lines."""
    arguments = [str(till.path), phrase, ",".join(DRNS), till.now.isoformat(), str(number)]
    with subprocess.Popen(
        [sys.executable, "-c", SELLER, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().split() for _ in range(lines)]
        process.kill()
        said += [line.split() for line in process.stdout.read().splitlines()]
    return said


def test_a_killed_counter_loses_nothing_and_makes_nothing_twice(till, phrase: str) -> None:
    dice = random.Random(2026)
    till.load(days=44, made_at=till.now + timedelta(seconds=1), allowed_c=10**9)
    answered: dict[int, str] = {}
    number = 0
    for _ in range(ROUNDS):
        till.counter.close()
        said = sell_until_killed(till, phrase, number, dice.randint(2, 12))
        answered |= {int(line[1]): line[2] for line in said if line[0] == "answered" and len(line) == 3}
        asked = [int(line[1]) for line in said if line[0] == "asked" and len(line) == 2]

        till.counter = SecureCounter.open(till.path, phrase)
        for sale, digits in answered.items():
            kept = till.counter.fetch(UUID(int=sale))
            assert kept is not None
            assert kept.digits == digits
        known = till.counter.minted_after(0)
        assert {minted.sale_id.int for minted in known} - answered.keys() <= set(asked[-1:])
        # Whoever asks again for the sale whose answer was lost has the one token of it.
        number = max(asked, default=number)
        now = till.now + timedelta(minutes=10 * number)
        request = MintRequest(UUID(int=number), DRNS[number % len(DRNS)], 255, AMOUNT_C)
        answered[number] = till.counter.mint(request, now).digits
        number += 1
    sold = till.counter.minted_after(0)
    assert [minted.sequence for minted in sold] == list(range(1, len(sold) + 1))
    assert len({(minted.drn, minted.tid) for minted in sold}) == len(sold) == len(answered)
    assert till.counter.status().spent_c == AMOUNT_C * len(sold) == sold[-1].spent_c
