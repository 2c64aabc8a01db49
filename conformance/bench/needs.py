"""Whether a case applies to a target: its needs against the target's declaration."""

from collections.abc import Callable, Iterable
from typing import get_args

from conformance.bench import vending_needs
from conformance.targets.load import Target
from conformance.targets.model import Capability
from conformance.text import Text
from conformance.verdicts import Verdict
from protocols.sts.identity import BaseDate

STATION_WORDS: dict[str, Text] = {
    "keypad": Text("teclado", "keypad"),
    "carrier": Text("portador virtual local", "local virtual carrier"),
    "source": Text("fuente de alterna", "AC source"),
    "load": Text("carga", "load"),
    "pulses": Text("contador de pulsos", "pulse counter"),
    "cover": Text("tapa", "cover"),
    "magnet": Text("imán", "magnet"),
    "supply": Text("interruptor de alimentación", "supply switch"),
    "cut": Text("corte en una escritura de la memoria", "power cut at a memory write"),
    "clock": Text("reloj gobernable", "clock"),
    "pause": Text("pausa del dispositivo", "pause"),
}

#: What a target file may declare to have or to lack.
CAPABILITIES: frozenset[str] = frozenset(get_args(Capability))


def known(need: str) -> bool:
    """Whether `need` is a word that cases may use."""
    closed = need in STATION_WORDS or need in CAPABILITIES or need in _COMPOSED
    return closed or need.startswith(("association:", "framing:")) or vending_needs.known(need)


def gate(needs: Iterable[str], target: Target) -> tuple[Verdict, Text] | None:
    """Why a case does not apply to `target`, with the verdict that says so; None where it does.

    What the device declares *not* to do counts before what it does not mention.
    """
    asked = list(needs)
    if target.vending or vending_needs.NEED in asked:
        return vending_needs.gate(asked, target)
    absent = [need for need in asked if need in target.statement.capabilities.absent]
    if absent:
        return Verdict.NOT_IMPLEMENTED, Text(
            f"el dispositivo declara no tener {absent[0]}", f"the device declares to lack {absent[0]}"
        )
    reasons = (_missing(need, target) for need in asked)
    reason = next((reason for reason in reasons if reason), None)
    return None if reason is None else (Verdict.NOT_APPLICABLE, reason)


def _missing(need: str, target: Target) -> Text | None:
    statement = target.statement
    kind, _, name = need.partition(":")
    if need in _COMPOSED:
        return _COMPOSED[need](target)
    if need in STATION_WORDS:
        words, present = STATION_WORDS[need], need in statement.stations
        return None if present else Text(f"sin estación: {words.es}", f"no {words.en} station")
    if kind == "association":
        present = name in statement.associations
        return (
            None if present else Text(f"sin asociación «{name}» declarada", f"no {name} association declared")
        )
    if kind == "framing":
        present = statement.link.framing == name
        return None if present else Text(f"el enlace no es {name}", f"the link is not {name}")
    if need in statement.capabilities.present:
        return None
    return Text(f"el dispositivo no declara {need}", f"the device does not declare {need}")


def _no_sts(target: Target) -> Text | None:
    """Minting takes the key register of the target file."""
    if target.statement.sts is not None:
        return None
    return Text("sin sección [sts] en el objetivo", "the target has no [sts] section")


def _no_lock_out(target: Target) -> Text | None:
    """A lock-out is a maker's own: only who declares one is asked to keep to it."""
    section = target.statement.sts
    if section is not None and section.lock_out is not None:
        return None
    return Text("el dispositivo no declara bloqueo", "the device declares no lock-out")


def _no_next_base_date(target: Target) -> Text | None:
    """A rollover leads to the following base date; after the last one there is none."""
    section = target.statement.sts
    if section is not None and BaseDate(section.base_date).following() != section.base_date:
        return None
    return Text("no hay fecha base siguiente", "there is no following base date")


def _no_way_in(target: Target) -> Text | None:
    """A token goes in by the keypad, or by the gateway with a client that may use it."""
    statement = target.statement
    by_gateway = "token-gateway" in statement.capabilities.present and "reader" in statement.associations
    if by_gateway or not {"keypad", "carrier"}.isdisjoint(statement.stations):
        return None
    return Text("ni teclado ni portador ni pasarela de códigos", "neither keypad, carrier nor token gateway")


def _no_image(target: Target) -> Text | None:
    """A firmware is transferred only where the target file brings one."""
    if target.statement.image is not None:
        return None
    return Text("sin sección [image] en el objetivo", "the target has no [image] section")


def _no_signatures(target: Target) -> Text | None:
    """Signatures take the keys of security suite 1 or 2."""
    management = target.statement.associations.get("management")
    section = None if management is None else management.security
    if section is not None and section.signer() is not None:
        return None
    return Text("sin claves de firma en el objetivo", "the target has no signing keys")


def _assumed(_target: Target) -> Text | None:
    """What a prepaid meter does unless it declares that it does not; `gate` looked at that already."""
    return None


def _no_fast_clock(target: Target) -> Text | None:
    """A clock that gets to next week today: only a simulated field has one."""
    station = target.statement.stations.get("clock")
    if station is not None and station.driver == "control":
        return None
    return Text("sin reloj acelerable", "no clock that can be sped up")


#: Needs that look at several things of the target.
_COMPOSED: dict[str, Callable[[Target], Text | None]] = {
    "sts": _no_sts,
    "token-entry": _no_way_in,
    "fast-clock": _no_fast_clock,
    "lock-out": _no_lock_out,
    "next-base-date": _no_next_base_date,
    "image": _no_image,
    "signatures": _no_signatures,
    "prepayment": _assumed,
    "self-closing": _assumed,
}
