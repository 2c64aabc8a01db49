"""Published points of whole networks, from ``data/field.toml``."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def published_field() -> dict[str, Any]:
    """The whole document; its comments say source and confidence."""
    text = resources.files("sim.plc_channel").joinpath("data/field.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
