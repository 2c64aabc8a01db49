"""The USB port: a stick is put in, plans on it are taken, undelivered readings go onto it."""

from collections.abc import Callable, MutableMapping

from sim.concentrator.bundle import make_bundle, read_bundle
from sim.concentrator.errors import BundleError, TermsError
from sim.concentrator.facts import Facts
from sim.concentrator.plans import Plan, parse_plan
from sim.concentrator.uplink_desk import batch_body

#: What it looks for on a stick, and what it writes.
PLANS_FILE = "plans.json"
#: Rows of one file.
_ROWS_MAX = 100_000

#: A stick: name of a file -> its octets.
Stick = MutableMapping[str, bytes]


class UsbPort:
    """The USB port of one concentrator.

    Args:
        facts: its parts.
        secret: of the uplink.
        change_plan: adds a plan, or replaces the one of that name.
    """

    __slots__ = ("_change_plan", "_facts", "_secret", "stick")

    def __init__(self, facts: Facts, secret: bytes, change_plan: Callable[[Plan], None]) -> None:
        self._facts = facts
        self._secret = secret
        self._change_plan = change_plan
        #: what is in the port, None for nothing
        self.stick: Stick | None = None

    def insert(self, stick: Stick) -> None:
        """Put a stick in: plans are imported, then readings exported."""
        self.stick = stick
        if PLANS_FILE in stick:
            self.import_plans()
        self.export_readings()

    def remove(self) -> None:
        """Pull the stick out."""
        self.stick = None

    def import_plans(self) -> int:
        """Take the plans of the stick, all of them or none; how many."""
        if self.stick is None:
            return 0
        try:
            content = read_bundle(self.stick.get(PLANS_FILE, b""), "plans", self._secret)
            if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
                raise BundleError("not-a-bundle", "plans must be a list of tables")
            plans = [parse_plan(table) for table in content]
        except (BundleError, TermsError) as error:
            self._facts.events.tell("usb-refused", detail=str(error))
            return 0
        for plan in plans:
            self._change_plan(plan)
        self._facts.events.tell("usb-imported", detail=f"{len(plans)} plans")
        return len(plans)

    def export_readings(self) -> str:
        """Write what the head-end does not have onto the stick; the file's name, empty without a stick.

        Nothing is acknowledged by it: a stick may get lost on its way.
        """
        if self.stick is None:
            return ""
        facts = self._facts
        batches = facts.storage.after(facts.storage.acknowledged, _ROWS_MAX)
        serial, now_s = facts.terms.serial, facts.clock.utc_s()
        name = f"{serial}-{batches[0].first if batches else 0}-{batches[-1].last if batches else 0}.json"
        content = [batch_body(batch) for batch in batches]
        self.stick[name] = make_bundle("readings", serial, now_s, content, self._secret)
        facts.events.tell("usb-exported", detail=name)
        return name
