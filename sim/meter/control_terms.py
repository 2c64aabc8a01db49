"""What the rows of the object list say to monitors and pushes: the factory state stands in the row.

::

    { class = 40, binding = "push", objects = ["8/0.0.1.0.0/2"], transport = "tcp", client_sap = 1, … }
    { class = 21, binding = "register-monitor", watched = "3/1.0.12.7.0/2", thresholds = [13200], … }
    { class = 65, binding = "parameter-monitor", watched = ["71/0.0.17.0.0/4"] }
"""

from collections.abc import Iterable, Mapping
from typing import Any

from protocols.dlms.cosem.push import TransportService
from protocols.dlms.obis import Obis
from sim.meter.limiter import ScriptReference
from sim.meter.monitors import RegisterMonitor, Watched
from sim.meter.push import PushObject, PushTerms
from sim.meter.row_terms import Row


def push_terms(rows: Iterable[Row]) -> dict[bytes, PushTerms]:
    """Every push setup of the rows.

    Raises:
        KeyError, TypeError, ValueError: a row makes no sense.
    """
    return {_octets(row.obis): _push(row.options) for row in rows if row.binding == "push"}


def monitor_terms(rows: Iterable[Row]) -> dict[bytes, RegisterMonitor]:
    """Every register monitor of the rows.

    Raises:
        KeyError, TypeError, ValueError: a row makes no sense.
    """
    return {_octets(row.obis): _monitor(row.options) for row in rows if row.binding == "register-monitor"}


def parameter_terms(rows: Iterable[Row]) -> list[Watched]:
    """Everything that the parameter monitors of the rows watch.

    Raises:
        ValueError: a row makes no sense.
    """
    monitors = [row for row in rows if row.binding == "parameter-monitor"]
    return [_watched(text) for row in monitors for text in row.options.get("watched", ())]


def _push(options: Mapping[str, Any]) -> PushTerms:
    objects = tuple(PushObject(*_watched(text)) for text in options["objects"])
    window = tuple((bytes.fromhex(begin), bytes.fromhex(end)) for begin, end in options.get("window", ()))
    return PushTerms(
        objects,
        TransportService[options["transport"].upper()],
        options.get("destination", "").encode("ascii"),
        window=window,
        randomisation_s=options.get("randomisation_s", 0),
        retries=options.get("retries", 0),
        repetition_delay_s=options.get("repetition_delay_s", 0),
        client_sap=options["client_sap"],
        on_events=tuple(options.get("on_events", ())),
    )


def _monitor(options: Mapping[str, Any]) -> RegisterMonitor:
    actions = tuple((_script(up), _script(down)) for up, down in options.get("actions", ()))
    return RegisterMonitor(_watched(options["watched"]), tuple(options.get("thresholds", ())), actions)


def _watched(text: str) -> Watched:
    class_id, obis, attribute = text.split("/")
    return int(class_id), _octets(obis), int(attribute)


def _script(text: str) -> ScriptReference:
    """``0.0.10.0.106/1``; nothing for no script."""
    obis, _, selector = text.partition("/")
    return (_octets(obis), int(selector)) if selector else (bytes(6), 0)


def _octets(obis: str) -> bytes:
    return Obis.from_string(obis).to_bytes()
