"""The target file of a served virtual meter: what `amibench certify FILE` needs to reach and to judge it.

It holds passwords, so it is private from its first byte on, and appears whole or not at all.
"""

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from conformance.targets.model import Statement
from conformance.targets.virtual import DEVICES, statement_table
from protocols.sts.identity import MeterPrimaryAccountNumber
from sim.meter import MeterProfile

STATIONS: tuple[str, ...] = ("keypad", "carrier", "supply", "cut", "source", "load", "cover", "magnet")
STATIONS += ("pulses", "clock", "pause")


def target_table(
    *, link: str, framing: str, control: str, secret: str, reader_password: bytes, profile: MeterProfile
) -> dict[str, Any]:
    """The statement of the virtual meter, with where and how it is served now.

    Args:
        link: URL of the device.
        framing: what it speaks there.
        control: URL of the control channel.
        secret: its bearer secret.
        reader_password: LLS secret of the reader client.
        profile: the model of meter.
    """
    table = statement_table(profile.name if profile.name in DEVICES else "ppkw")
    table["device"] |= {"serial": profile.serial, "drn": profile.drn, "firmware": profile.firmware}
    table["sts"] |= _sts(profile)
    table["link"] |= {"url": link, "framing": framing, "clock": "served"}
    table["associations"] |= {
        "public": {"client_sap": 16},
        "reader": {"client_sap": 2, **_password(reader_password)},
    }
    table["control"] = {"url": control, "secret": secret}
    table["stations"] = {name: {"driver": "control"} for name in STATIONS}
    Statement.model_validate(table)
    return table


def _sts(profile: MeterProfile) -> dict[str, Any]:
    """What the decoder's register holds; the vending key, a test key by name, stays as the file has it."""
    terms = profile.sts
    lock_out = {} if profile.lock_out is None else {"lock_out": asdict(profile.lock_out)}
    return lock_out | {
        "pan": MeterPrimaryAccountNumber.from_drn(profile.drn).pan,
        "sgc": terms.sgc,
        "krn": terms.krn,
        "ti": terms.ti,
        "key_type": terms.key_type,
        "ken": terms.ken,
        "base_date": terms.base_date,
        "ea": terms.ea,
        "dkga": terms.dkga,
        "tid_store_size": terms.tid_capacity,
    }


def _password(secret: bytes) -> dict[str, str]:
    """As text where it is plain text, else as hexadecimal."""
    text = secret.decode("ascii", errors="replace")
    return {"password": text} if text.isprintable() and text.isascii() else {"password_hex": secret.hex()}


def write_target(path: Path, table: Mapping[str, Any]) -> None:
    """Write `table` as TOML to `path`, mode 0600, in one step.

    Raises:
        OSError: the folder is missing or not writable.
    """
    # The file is born private under another name: at no moment can anybody else read it, or read half of it.
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(to_toml(table))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def to_toml(table: Mapping[str, Any]) -> str:
    """`table` as TOML text: scalars, lists of scalars, and tables.

    >>> print(to_toml({"format": "x/1", "link": {"url": "tcp://h:1", "ports": [1, 2]}}))
    format = "x/1"
    <BLANKLINE>
    [link]
    url = "tcp://h:1"
    ports = [1, 2]
    <BLANKLINE>
    """
    return "\n".join(_lines(table, ())) + "\n"


def _lines(table: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[str]:
    inner = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    for key, value in table.items():
        if key not in inner:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in inner.items():
        here = (*place, _key(key))
        yield ""
        yield f"[{'.'.join(here)}]"
        yield from _lines(value, here)


def _key(key: str) -> str:
    bare = key.replace("-", "").replace("_", "")
    return key if bare.isalnum() and bare.isascii() else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    # A JSON scalar is a TOML one, but for the one control character that JSON leaves alone.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
