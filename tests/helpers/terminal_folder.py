"""Writes a terminal that is ready to serve, and the files of its office beside it; by the wall's clock.

python tests/helpers/terminal_folder.py DIR
"""

import os
import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from terminal_world import PASSPHRASE, PaperOffice, customer, due

from protocols.offline.messages import Customer
from system.config.clock import WallBusinessClock
from system.terminal import services
from system.terminal.open_terminal import OpenTerminal, TerminalName, make_terminal
from system.terminal.services.office import read_office
from system.vending.pricing import Obligation, ObligationKind, Rule

NAMES = ("Yolanda Ibargüen", "José Ñáñez Mosquera", "María del Carmen Angulo Hurtado de Valencia")


def write(place: Path, *, admit: bool = True, count: int = 3) -> Path:
    """A terminal in `place`/terminal with keys.json and pack.json beside it; loaded where `admit` says so."""
    clock = WallBusinessClock()
    where = place / "terminal"
    made = make_terminal(where, PASSPHRASE, TerminalName("SN-1", "Datáfono 1"), clock.now(), cost=10)
    office = PaperOffice()
    (place / "keys.json").write_bytes(office.keys())
    with OpenTerminal.open(where, PASSPHRASE, clock) as desk:
        assert made.terminal_id == desk.book.terminal_id
        pack = office.next_pack(desk, people(desk, count), days=10, allowed_c=10**11)
        (place / "pack.json").write_bytes(pack)
        if admit:
            keys = office.keys()
            services.admit_office(desk, keys, read_office(keys)[1])
            services.load_pack(desk, (place / "pack.json").read_bytes())
            services.open_shift(desk, uuid4(), "ana")
    return where


def people(desk: OpenTerminal, count: int) -> tuple[Customer, ...]:
    levy = Obligation("7", ObligationKind.LEVY, "Aseo", Rule(quota_c=80_000))
    month = f"{desk.now() - timedelta(hours=5):%Y-%m}"
    return tuple(
        customer(
            n,
            name=NAMES[(n - 1) % len(NAMES)],
            month=month,
            obligations=[due(levy, monthly=True)],
            conservative=n == 3,
        )
        for n in range(1, count + 1)
    )


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "system.config.settings.terminal"
    print(write(Path(sys.argv[1])))
