"""Page of state diagrams: every life in the field that is kept as a table, drawn from that table.

``python -m tools.pages.states`` writes it anew; a test says when it is stale.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from sim.concentrator.registry import TRANSITIONS as METERS_OF_A_CONCENTRATOR
from sim.grid.supply_state import TRANSITIONS as SUPPLY
from sim.meter.ciu.link import TRANSITIONS as CUSTOMER_UNIT
from sim.meter.payment.prepayment import TRANSITIONS as ACCOUNT
from sim.plc_channel.prime import modem, switching

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "states.md"
_HEAD = """# States

Generated from the code's tables by `python -m tools.pages.states`; what is not drawn does not happen.
"""
#: Title, where the table is, the table.
_TABLES: tuple[tuple[str, str, Mapping[Any, Any]], ...] = (
    ("A service node of the power line (PRIME)", "sim/plc_channel/prime/switching.py", switching.TRANSITIONS),
    ("One frame that waits for the wire", "sim/plc_channel/prime/modem.py", modem.CSMA_TRANSITIONS),
    (
        "A meter in the register of a concentrator",
        "sim/concentrator/registry.py",
        METERS_OF_A_CONCENTRATOR,
    ),
    ("The supply of a microgrid", "sim/grid/supply_state.py", SUPPLY),
    ("The link of a customer's unit to its meter", "sim/meter/ciu/link.py", CUSTOMER_UNIT),
    ("A customer's account in the meter", "sim/meter/payment/prepayment.py", ACCOUNT),
)


def written() -> str:
    """The whole page."""
    return _HEAD + "".join(
        f"\n## {title}\n\n`{where}`\n\n```mermaid\n{diagram(table)}\n```\n" for title, where, table in _TABLES
    )


def diagram(table: Mapping[Any, Any]) -> str:
    """A table of (state, event) -> state as a Mermaid state diagram; None is where nothing is yet.

    >>> print(diagram({(None, "born"): "alive"}))
    stateDiagram-v2
        [*] --> alive: born
    """
    return "\n".join(["stateDiagram-v2", *_arrows(table.items())])


def _arrows(rows: Iterable[tuple[tuple[Any, Any], Any]]) -> Iterable[str]:
    for (before, event), after in rows:
        yield f"    {_named(before)} --> {_named(after)}: {_word(event)}"


def _named(state: Any) -> str:
    return "[*]" if state is None else _word(state).replace(" ", "_").replace("-", "_")


def _word(item: Any) -> str:
    """Name of a state or an event: by its text where it has one, else by its name."""
    if isinstance(item, Enum):
        return item.value if isinstance(item.value, str) else item.name.lower().replace("_", "-")
    return str(item)


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
