"""Files of the USB stick: readings that go out, plans that come in; each carries its own hash (F8-03).

A bundle is one JSON document. ``sha256`` is over its content, so that a damaged file is known; ``hmac`` is
over the same under the secret of the uplink, so that a file from somewhere else is known, too.

>>> data = make_bundle("plans", "90000001", 0, [], b"secret")
>>> read_bundle(data, "plans", b"secret")
[]
>>> read_bundle(data, "plans", b"other")
Traceback (most recent call last):
sim.concentrator.errors.BundleError: the bundle was not made by whoever knows the secret
"""

import hashlib
import hmac
import json
from typing import Any

from sim.concentrator.errors import BundleError

FORMAT = "amibench-concentrator-bundle"
VERSION = 1
#: Largest file that is read, octets.
SIZE_MAX = 64 * 1024 * 1024
KINDS = ("readings", "plans")


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


def read_bundle(data: bytes, kind: str, secret: bytes) -> Any:
    """The content of a file.

    Args:
        data: the file.
        kind: what it must be.
        secret: of the uplink; empty: nothing is taken.

    Raises:
        BundleError: ``too-large``, ``not-a-bundle``, ``wrong-kind``, ``damaged`` or ``not-signed``.
    """
    if len(data) > SIZE_MAX:
        raise BundleError("too-large", f"a bundle is limited to {SIZE_MAX} octets")
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BundleError("not-a-bundle", "the file is not JSON") from error
    if not isinstance(whole, dict) or whole.get("format") != FORMAT or whole.get("v") != VERSION:
        raise BundleError("not-a-bundle", f"the file is no {FORMAT} of version {VERSION}")
    if whole.get("kind") != kind:
        raise BundleError("wrong-kind", f"the file does not hold {kind}")
    digest, mark = str(whole.pop("sha256", "")), str(whole.pop("hmac", ""))
    text = _canonical(whole)
    if not hmac.compare_digest(hashlib.sha256(text).hexdigest().encode(), digest.encode(errors="replace")):
        raise BundleError("damaged", "the hash of the bundle is wrong")
    expected = hmac.new(secret, text, hashlib.sha256).hexdigest()
    if not secret or not hmac.compare_digest(expected.encode(), mark.encode(errors="replace")):
        raise BundleError("not-signed", "the bundle was not made by whoever knows the secret")
    return whole.get("content")


def _canonical(whole: dict[str, Any]) -> bytes:
    return json.dumps(whole, separators=(",", ":"), sort_keys=True).encode()
