"""Whether a case is for a meter or for a vending system, and whether a vending system offers what it needs.

A case of the vendor suite needs ``vending``; ``vending:ea07``, ``vending:ea11``, ``vending:currency``,
``vending:extended`` and ``vending:card`` narrow it further.
"""

from collections.abc import Sequence

from conformance.targets.load import Target
from conformance.text import Text
from conformance.verdicts import Verdict

NEED = "vending"

PARTS: dict[str, Text] = {
    "currency": Text("crédito en dinero", "credit in currency"),
    "extended": Text("el conjunto extendido de STS 202-5", "the extended token set of STS 202-5"),
    "card": Text("tarjetas con fecha de vencimiento", "cards with a date of expiry"),
    "ea07": Text("EA07", "EA07"),
    "ea11": Text("EA11", "EA11"),
}


def known(need: str) -> bool:
    """Whether `need` is one of the words above."""
    kind, _, part = need.partition(":")
    return kind == NEED and (not part or part in PARTS)


def gate(needs: Sequence[str], target: Target) -> tuple[Verdict, Text] | None:
    """Why a case does not apply to this kind of target; None where nothing here stands against it."""
    section = target.statement.vending
    if (NEED in needs) != (section is not None):
        reason = Text("el objetivo es un medidor", "the target is a meter")
        if section is not None:
            reason = Text("el objetivo es un sistema de venta", "the target is a vending system")
        return Verdict.NOT_APPLICABLE, reason
    if section is None:
        return None
    offered = {*(f"ea{ea}" for ea in section.ea), *(PARTS.keys() - {"ea07", "ea11", *section.absent})}
    for need in needs:
        part = need.partition(":")[2]
        if part and part not in offered:
            words = PARTS[part]
            return Verdict.NOT_IMPLEMENTED, Text(
                f"el sistema declara no ofrecer {words.es}", f"the system declares not to offer {words.en}"
            )
    return None
