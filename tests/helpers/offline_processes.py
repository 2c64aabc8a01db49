"""A nursery of processes that take a terminal's batch, each stopped at a place of the test's choice."""

import sys
import threading
from pathlib import Path
from typing import Any

from nursery import ForkingNursery, configure

SALES = 4


class Receivers(ForkingNursery):
    """One village, one terminal on paper, one batch."""

    def prepare(self) -> dict[str, Any]:
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connections
        from offline_paper import FakeModule, PaperTerminal
        from vending_world import drn, make_village

        from system.vending.models import PointOfSale
        from system.vending.offline.services import packs
        from system.vending.offline.services.enrolment import TerminalTerms, enrol, set_pin
        from system.vending.offline.services.office_keys import office_public
        from system.vending.offline.services.packs import make_pack, pack_bytes
        from system.vending.offline.settling import findings

        call_command("migrate", verbosity=0)
        findings.module_client = packs.module_client = FakeModule()  # type: ignore[assignment]
        village = make_village()
        village.customer(1)
        point = PointOfSale.objects.create(provider=village.provider, merchant=village.merchant, name="D 1")
        paper = PaperTerminal()
        row = enrol(village.supervisor, paper.enrolment(), TerminalTerms(point, 50_000_000))
        set_pin(village.supervisor, row, village.cashier, "4071")
        paper.load(pack_bytes(make_pack(village.supervisor, row)), office_public(village.provider.pk))
        paper.open_shift(village.cashier.username)
        for _ in range(SALES):
            paper.sell(drn(1), 1_000_000)
        self.batch = paper.batch()
        connections.close_all()
        return {"entries": len(paper.entries)}

    def receive(self, place: int, committed: bool) -> dict[str, Any]:
        """A child that stops behind so many entries: the last one written, and committed or not."""
        return self.fork(lambda say: self._receive(say, place, committed=committed))

    def finish(self) -> dict[str, Any]:
        """Take the batch to its end, and look at the books."""
        return self.run(self._finish)

    def _receive(self, say: Any, place: int, *, committed: bool) -> None:
        from system.vending.offline.services import settlement
        from system.vending.offline.services import settlement as receiving

        name = "_settle_one" if committed else "_write_entry"
        inner, done = getattr(settlement, name), [0]

        def stopping(*args: Any) -> Any:
            result = inner(*args)
            done[0] += 1
            if done[0] == place:
                say({"stopped": place})
                threading.Event().wait()
            return result

        setattr(settlement, name, stopping)
        receiving.receive_batch(None, self.batch)
        say({"stopped": 0})

    def _finish(self) -> dict[str, Any]:
        from system.vending.ledger import ledger_faults
        from system.vending.models import InstallationMonth, Sale, Token
        from system.vending.offline.models import Batch, SettledEntry
        from system.vending.offline.services.settlement import receive_batch

        before = SettledEntry.objects.count()
        settled = receive_batch(None, self.batch)
        return {
            "before": before,
            "left": settled.left,
            "sales": Sale.objects.count(),
            "tokens": Token.objects.count(),
            "entries": SettledEntry.objects.count(),
            "batches": Batch.objects.count(),
            "units": InstallationMonth.objects.get().units - sum(sale.units for sale in Sale.objects.all()),
            "faults": ledger_faults(),
        }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    configure(folder)
    Receivers(folder).live()
