"""The virtual meters as their maker declares them: `ppkw.toml` is whole, every other one extends another."""

import tomllib
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent

#: The virtual devices by name: each is a profile of `sim.meter`, and a statement beside this module.
DEVICES: tuple[str, ...] = (
    "minimal",
    "ppkw",
    "ppkw-full",
    "ppkw-lockout",
    "ppkw-plc",
    "ppkw-postpaid",
    "ppkw-suite1",
    "ppkw-suite2",
    "ppkw-village",
    "ppkw07",
    "totaliser",
)


def statement_table(device: str) -> dict[str, Any]:
    """The statement of a virtual device as plain data, with what it extends put under it.

    Raises:
        LookupError: there is no such device.
    """
    if device not in DEVICES:
        raise LookupError(f"no virtual device called `{device}`; known: {', '.join(DEVICES)}")
    table = tomllib.loads((_FOLDER / f"{device}.toml").read_text(encoding="utf-8"))
    base = table.pop("extends", None)
    return table if base is None else _laid_over(statement_table(base), table)


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Tables are joined key by key; everything else of `above` replaces what was there."""
    joined = dict(below)
    for key, value in above.items():
        under = joined.get(key)
        joined[key] = (
            _laid_over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
        )
    return joined
