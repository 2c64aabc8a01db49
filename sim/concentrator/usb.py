"""USB port: what is on an inserted stick is taken, undelivered readings go onto it."""

from collections.abc import Callable, Iterator, MutableMapping

from protocols.field.bundle import acknowledged_by, acknowledgement_name, make_bundle, read_bundle
from protocols.field.errors import BundleError
from protocols.field.shapes import ITEMS_MAX
from sim.concentrator.context import ConcentratorContext
from sim.concentrator.errors import TermsError
from sim.concentrator.plans import Plan, parse_plan
from sim.concentrator.uplink import Body, batch_body, lost_after

#: What it looks for on a stick, beside the acknowledgement that bears its own serial number.
PLANS_FILE = "plans.json"
#: Rows of one file.
_ROWS_MAX = 100_000

#: A stick: name of a file -> its octets.
UsbStick = MutableMapping[str, bytes]


class UsbPort:
    """The USB port of one concentrator.

    Args:
        context: its parts.
        secret: of the uplink.
        change_plan: adds a plan, or replaces the one of that name.
    """

    __slots__ = ("_change_plan", "_context", "_secret", "stick")

    def __init__(
        self, context: ConcentratorContext, secret: bytes, change_plan: Callable[[Plan], None]
    ) -> None:
        self._context = context
        self._secret = secret
        self._change_plan = change_plan
        #: what is in the port, None for nothing
        self.stick: UsbStick | None = None

    def insert(self, stick: UsbStick) -> None:
        """Put a stick in: what the office has kept is let go, plans are taken, then readings exported."""
        self.stick = stick
        if acknowledgement_name(self._context.terms.serial) in stick:
            self.take_acknowledgement()
        if PLANS_FILE in stick:
            self.import_plans()
        self.export_readings()

    def remove(self) -> None:
        """Pull the stick out."""
        self.stick = None

    def take_acknowledgement(self) -> int:
        """Let go of rows that the office has kept; the number of the last one, 0 where none is believed."""
        if self.stick is None:
            return 0
        context = self._context
        try:
            data = self.stick.get(acknowledgement_name(context.terms.serial), b"")
            bundle = read_bundle(data, "acknowledgement", self._secret)
            through = acknowledged_by(bundle)
            if bundle.serial != context.terms.serial:
                raise BundleError("not-ours", f"the acknowledgement is for {bundle.serial[:40]}")
            if through > context.storage.newest:
                raise BundleError("not-ours", "the acknowledgement names rows that were never stored")
        except BundleError as error:
            context.events.record("usb-refused", detail=str(error))
            return 0
        context.storage.acknowledge(through)
        context.events.record("usb-imported", detail=f"acknowledged through {through}")
        return through

    def import_plans(self) -> int:
        """Take the plans of the stick, all of them or none; how many."""
        if self.stick is None:
            return 0
        try:
            content = read_bundle(self.stick.get(PLANS_FILE, b""), "plans", self._secret).content
            if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
                raise BundleError("not-a-bundle", "plans must be a list of tables")
            plans = [parse_plan(table) for table in content]
        except (BundleError, TermsError) as error:
            self._context.events.record("usb-refused", detail=str(error))
            return 0
        for plan in plans:
            self._change_plan(plan)
        self._context.events.record("usb-imported", detail=f"{len(plans)} plans")
        return len(plans)

    def export_readings(self) -> str:
        """Write what the head-end does not have onto the stick; the file's name, empty without a stick.

        Nothing is acknowledged by it: a stick may get lost on its way.
        """
        if self.stick is None:
            return ""
        context = self._context
        batches = context.storage.after(context.storage.acknowledged, _ROWS_MAX)
        serial, now_s = context.terms.serial, context.clock.utc_s()
        name = f"{serial}-{batches[0].first if batches else 0}-{batches[-1].last if batches else 0}.json"
        content = {
            "batches": [part for batch in batches for part in _parts(batch_body(batch))],
            "lost": lost_after(context.storage, context.storage.acknowledged),
        }
        self.stick[name] = make_bundle("readings", serial, now_s, content, self._secret)
        context.events.record("usb-exported", detail=name)
        return name


def _parts(body: Body) -> Iterator[Body]:
    """A batch in pieces that are no longer than the uplink's."""
    rows = body["rows"]
    for begin in range(0, len(rows), ITEMS_MAX):
        yield body | {"rows": rows[begin : begin + ITEMS_MAX]}
