"""Files on a stick between a concentrator and the office; each carries its own hash (F8-03, R3-01).

A bundle is one JSON document. ``sha256`` is over its content, so that a damaged file is known; ``hmac`` is
over the same under the secret of the uplink, so that a file from somewhere else is known, too.

>>> data = make_bundle("plans", "90000001", 0, [], b"secret")
>>> read_bundle(data, "plans", b"secret").content
[]
>>> read_bundle(data, "plans", b"other")
Traceback (most recent call last):
protocols.field.errors.BundleError: the bundle was not made by whoever knows the secret
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from protocols.field.errors import BundleError
from protocols.field.shapes import Field
from protocols.field.uplink_messages import BATCH, LOST, message_shape

FORMAT = "amibench-concentrator-bundle"
VERSION = 1
#: Largest file that is read, octets.
SIZE_MAX = 64 * 1024 * 1024
#: What a bundle may hold: ``{"batches", "lost"}`` as ``readings.pull`` gives them, plans of collection, or
#: ``{"through": number}``, the last row that the office has kept.
KINDS = ("readings", "plans", "acknowledgement")
#: The end of the year 9999, s since 1970.
_INSTANT_MAX_S = 253_402_300_799
_READINGS = message_shape((Field("batches", "bundle"), Field("lost", "objects", of=LOST)))
_BATCH = message_shape(BATCH)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A file that was proved.

    Args:
        kind: one of `KINDS`.
        serial: of the concentrator that made it, or that it is for.
        utc_s: when it was made, s since 1970, by its maker's clock.
        content: anything that JSON can say.
    """

    kind: str
    serial: str
    utc_s: int
    content: Any


def make_bundle(kind: str, serial: str, utc_s: int, content: Any, secret: bytes) -> bytes:
    """A file.

    Args:
        kind: one of `KINDS`.
        serial: of the concentrator that makes it, or that it is for.
        utc_s: when, s since 1970.
        content: anything that JSON can say.
        secret: of the uplink; empty: the file is not signed.
    """
    whole = {
        "format": FORMAT,
        "v": VERSION,
        "kind": kind,
        "serial": serial,
        "utc_s": utc_s,
        "content": content,
    }
    text = _canonical(whole)
    whole["sha256"] = hashlib.sha256(text).hexdigest()
    if secret:
        whole["hmac"] = hmac.new(secret, text, hashlib.sha256).hexdigest()
    return json.dumps(whole, indent=1, sort_keys=True).encode()


def peek_serial(data: bytes) -> str:
    """Serial of the concentrator that a file names: nothing is proved yet.

    Raises:
        BundleError: ``too-large`` or ``not-a-bundle``.
    """
    return str(_opened(data)["serial"])


def read_bundle(data: bytes, kind: str, secret: bytes) -> Bundle:
    """Prove a file.

    Args:
        data: the file.
        kind: what it must be.
        secret: of the uplink; empty: nothing is taken.

    Raises:
        BundleError: ``too-large``, ``not-a-bundle``, ``wrong-kind``, ``damaged`` or ``not-signed``.
    """
    whole = _opened(data)
    if whole.get("kind") != kind:
        raise BundleError("wrong-kind", f"the file does not hold {kind}")
    digest, mark = str(whole.pop("sha256", "")), str(whole.pop("hmac", ""))
    text = _canonical(whole)
    if not hmac.compare_digest(hashlib.sha256(text).hexdigest().encode(), digest.encode(errors="replace")):
        raise BundleError("damaged", "the hash of the bundle is wrong")
    expected = hmac.new(secret, text, hashlib.sha256).hexdigest()
    if not secret or not hmac.compare_digest(expected.encode(), mark.encode(errors="replace")):
        raise BundleError("not-signed", "the bundle was not made by whoever knows the secret")
    return Bundle(kind, whole["serial"], whole["utc_s"], whole.get("content"))


@dataclass(frozen=True, slots=True)
class Readings:
    """Contents of a bundle of readings.

    Args:
        batches: as ``readings.pull`` gives them; a row is number, instant and a value for each column.
        lost: first and last number of rows that will never come, as they had to make room.
    """

    batches: list[dict[str, Any]]
    lost: tuple[tuple[int, int], ...] = ()


def readings_of(bundle: Bundle) -> Readings:
    """The readings of a bundle.

    Raises:
        BundleError: ``not-a-bundle``.
    """
    found = _READINGS.complaint(bundle.content)
    if found is not None:
        raise BundleError("not-a-bundle", found)
    for place, batch in enumerate(bundle.content["batches"], 1):
        found = _BATCH.complaint(batch)
        if found is not None:
            raise BundleError("not-a-bundle", f"batch {place}: {found}")
        if not all(_is_row(row, len(batch["columns"])) for row in batch["rows"]):
            raise BundleError(
                "not-a-bundle", f"batch {place}: a row is its number, its instant and a value for each column"
            )
    lost = tuple((item["first"], item["last"]) for item in bundle.content["lost"])
    return Readings(bundle.content["batches"], lost)


def acknowledgement_name(serial: str) -> str:
    """Name of the file of an acknowledgement: several concentrators may share a stick."""
    plain = "".join(letter if letter.isalnum() else "-" for letter in serial)
    return f"acknowledgement-{plain}.json"


def _is_row(row: list[Any], columns: int) -> bool:
    numbered = all(type(item) is int and 0 <= item <= _INSTANT_MAX_S for item in row[:2])
    return numbered and len(row) == 2 + columns


def acknowledged_by(bundle: Bundle) -> int:
    """The number of the last row that an acknowledgement says is kept.

    Raises:
        BundleError: ``not-a-bundle``.
    """
    through = bundle.content.get("through") if isinstance(bundle.content, dict) else None
    if not isinstance(through, int) or isinstance(through, bool) or through < 0:
        raise BundleError("not-a-bundle", "an acknowledgement names the last row that is kept")
    return through


def _opened(data: bytes) -> dict[str, Any]:
    if len(data) > SIZE_MAX:
        raise BundleError("too-large", f"a bundle is limited to {SIZE_MAX} octets")
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BundleError("not-a-bundle", "the file is not JSON") from error
    if not isinstance(whole, dict) or whole.get("format") != FORMAT or whole.get("v") != VERSION:
        raise BundleError("not-a-bundle", f"the file is no {FORMAT} of version {VERSION}")
    if not isinstance(whole.get("serial"), str) or not isinstance(whole.get("utc_s"), int):
        raise BundleError("not-a-bundle", "the file does not say of which concentrator it is, and when made")
    return whole


def _canonical(whole: dict[str, Any]) -> bytes:
    return json.dumps(whole, separators=(",", ":"), sort_keys=True).encode()
