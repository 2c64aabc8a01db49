"""The keys that an entry of a file of captures publishes for itself: test keys, worth nothing elsewhere."""

from collections.abc import Mapping
from typing import Any

from protocols.dlms.explain.deciphering import ReadingKeys
from protocols.dlms.explain.general_deciphering import GeneralKeys
from protocols.dlms.explain.hexes import parse_hex

#: names of a table -> fields of `GeneralKeys`
_GENERAL = {
    "gbek": "gbek",
    "kek": "kek",
    "agreement_private_key": "agreement",
    "peer_agreement_public_key": "peer_agreement",
    "signing_public_key": "signing",
}
_TITLES = ("client_system_title", "server_system_title", "system_title")


def published_keys(capture: Mapping[str, Any]) -> list[ReadingKeys]:
    """``keys`` with guek, gak, dedicated_key and titles; or ``test_key_hex`` alone, which verifies nothing.

    Raises:
        DlmsValueError: one is no hexadecimal.
    """
    named = capture.get("keys")
    if isinstance(named, Mapping) and "guek" in named:
        return [reading_keys(named)]
    alone = capture.get("test_key_hex")
    return [ReadingKeys(parse_hex(alone))] if isinstance(alone, str) else []


def reading_keys(row: Mapping[str, Any]) -> ReadingKeys:
    """Keys from a table of hexadecimal texts; ``guek`` must be there.

    Raises:
        DlmsValueError: one is no hexadecimal.
    """
    octets = {
        name: parse_hex(value) for name, value in row.items() if _is_key(name) and isinstance(value, str)
    }
    return ReadingKeys(
        guek=octets["guek"],
        gak=octets.get("gak"),
        dedicated_key=octets.get("dedicated_key"),
        titles=tuple(octets[name] for name in _TITLES if name in octets),
        general=GeneralKeys(**{field: octets[name] for name, field in _GENERAL.items() if name in octets}),
    )


def _is_key(name: str) -> bool:
    return name in ("guek", "gak", "dedicated_key", *_GENERAL, *_TITLES)
