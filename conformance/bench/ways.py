"""The ways by which a token gets into a device: keypad, local virtual carrier, DLMS gateway."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from conformance.bench.answers import TokenAnswer, from_display, from_status
from conformance.bench.dialogue import items
from conformance.text import Text
from protocols.dlms.axdr import octet_string
from protocols.dlms.obis import Obis
from protocols.dlms.session_errors import ActionRefused

if TYPE_CHECKING:
    from conformance.bench.bench import Bench

GATEWAY = "0.0.19.40.0"

WAY_WORDS: dict[str, Text] = {
    "keypad": Text("teclado", "keypad"),
    "carrier": Text("portador local", "local carrier"),
    "gateway": Text("pasarela", "gateway"),
}


def usual_way(bench: "Bench") -> str:
    """The keypad where there is one, else the carrier, else the gateway."""
    return next((way for way in ("keypad", "carrier") if bench.has(way)), "gateway")


def ways_in(bench: "Bench") -> tuple[str, ...]:
    """Every way that this target has, the usual one first."""
    statement = bench.statement
    by_gateway = "token-gateway" in statement.capabilities.present and "reader" in statement.associations
    stations = tuple(way for way in ("keypad", "carrier") if bench.has(way))
    return stations + (("gateway",) if by_gateway else ())


def enter_by(bench: "Bench", way: str, digits: str) -> TokenAnswer:
    """Enter a token by ``keypad``, ``carrier`` or ``gateway``; what the device says of it."""
    return _WAYS[way](bench, digits)


def _by_keypad(bench: "Bench", digits: str) -> TokenAnswer:
    return from_display(bench.keypad.enter(digits), _result_names(bench))


def _by_carrier(bench: "Bench", digits: str) -> TokenAnswer:
    return from_display(bench.carrier.enter(digits), _result_names(bench))


def _by_gateway(bench: "Bench", digits: str) -> TokenAnswer:
    with bench.associated("reader") as dialogue:
        with suppress(ActionRefused):  # some gateways refuse the call as well: the status says why
            dialogue.session.action(115, Obis.from_string(GATEWAY), 1, octet_string(digits.encode("ascii")))
        status = items(dialogue.get(115, GATEWAY, 6))[0]
        described = [item.value for item in items(dialogue.get(115, GATEWAY, 4))]
    words = [value.decode("ascii", "replace") for value in described if isinstance(value, bytes)]
    return from_status(int(status.value) if isinstance(status.value, int) else -1, words)


def _result_names(bench: "Bench") -> dict[str, str]:
    section = bench.statement.sts
    return section.result_names if section else {}


_WAYS: dict[str, Callable[["Bench", str], TokenAnswer]] = {
    "keypad": _by_keypad,
    "carrier": _by_carrier,
    "gateway": _by_gateway,
}
