"""General-ciphering and general-signing in a recording: opened and proved as far as the keys reach."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms.explain import ReadingKeys, explain
from protocols.dlms.explain.apdus import explain_apdu
from protocols.dlms.explain.captures import reading_keys
from protocols.dlms.explain.deciphering import GeneralKeys
from protocols.dlms.security import KeySet, SecurityControl, SecuritySuite
from protocols.dlms.security.ecdsa import KeyPair
from protocols.dlms.security.general import (
    GeneralHeader,
    KeyRing,
    seal_identified,
    seal_one_pass,
    seal_static,
    seal_wrapped,
    sign,
)
from protocols.dlms.xdlms.ciphered import GeneralSigning

SUITE, BOTH = SecuritySuite.SUITE_1, SecurityControl.AUTHENTICATED_ENCRYPTED
GET = bytes.fromhex("c001c100010000600100ff0200")
KEYS = KeySet(bytes(range(16)), bytes(range(0xD0, 0xE0)), kek=bytes(range(32, 48)))
ENVELOPE = GeneralHeader(b"CLI00001", b"AMB00001", b"\x01")
PAIRS = {
    name: KeyPair.from_scalar(SUITE, bytes(31) + bytes((number,)))
    for number, name in enumerate(("client", "meter", "client signing", "ephemeral"), 1)
}


def _private(name: str) -> bytes:
    return PAIRS[name].private.private_numbers().private_value.to_bytes(32, "big")


RING = KeyRing(
    SUITE,
    KEYS,
    agreement=PAIRS["client"],
    peer=PAIRS["meter"].public_key,
    signing=PAIRS["client signing"],
)
SEALED = {
    "identified": seal_identified(RING, ENVELOPE, BOTH, 1, GET),
    "wrapped": seal_wrapped(RING, ENVELOPE, BOTH, 2, GET, bytes(range(64, 80))),
    "one pass": seal_one_pass(RING, ENVELOPE, BOTH, 3, GET, PAIRS["ephemeral"]),
    "static": seal_static(RING, ENVELOPE, BOTH, 4, GET),
}
SIGNED = sign(RING, ENVELOPE, GET)
#: what somebody at the meter's side knows
GIVEN = reading_keys(
    {
        "guek": KEYS.guek.hex(),
        "gak": KEYS.gak.hex(),
        "kek": (KEYS.kek or b"").hex(),
        "agreement_private_key": _private("meter").hex(),
        "peer_agreement_public_key": PAIRS["client"].public_key.hex(),
        "signing_public_key": PAIRS["client signing"].public_key.hex(),
    }
)


def _notes(tree: dict, found: list[str] | None = None) -> list[str]:
    found = [] if found is None else found
    if tree["name"] in ("note", "nota"):
        found.append(tree["value"])
    for child in tree["children"]:
        _notes(child, found)
    return found


def _hexes(tree: dict) -> list[str]:
    return [tree["hex"], *(octets for child in tree["children"] for octets in _hexes(child))]


def _names(tree: dict) -> list[str]:
    return [tree["name"], *(name for child in tree["children"] for name in _names(child))]


@pytest.mark.parametrize("kind", SEALED)
def test_every_way_to_a_key_is_gone(kind: str) -> None:
    (tree,) = explain([SEALED[kind]], keys=[GIVEN]).apdus
    assert _notes(tree) == ["deciphered; the authentication tag is right"]
    assert "get-request-normal" in _names(tree)


def test_the_other_side_of_an_agreement_opens_it_too() -> None:
    general = replace(GIVEN.general, agreement=_private("client"), peer_agreement=PAIRS["meter"].public_key)
    (tree,) = explain([SEALED["static"]], keys=[replace(GIVEN, general=general)]).apdus
    assert "get-request-normal" in _names(tree)


@pytest.mark.parametrize(
    ("kind", "lacking"),
    [
        ("identified", {"guek": bytes(16)}),
        ("identified", {"gak": None}),
        ("identified", {"gak": bytes(16)}),
        ("wrapped", {"general": replace(GIVEN.general, kek=None)}),
        ("wrapped", {"general": replace(GIVEN.general, kek=bytes(16))}),
        ("one pass", {"general": replace(GIVEN.general, agreement=None)}),
        ("one pass", {"general": replace(GIVEN.general, signing=PAIRS["meter"].public_key)}),
        ("static", {"general": replace(GIVEN.general, peer_agreement=bytes(64))}),
        ("static", {"general": replace(GIVEN.general, agreement=bytes(32))}),
        ("static", {"general": GeneralKeys()}),
    ],
)
def test_keys_that_do_not_suffice_open_nothing(kind: str, lacking: dict) -> None:
    (tree,) = explain([SEALED[kind]], keys=[replace(GIVEN, **lacking)]).apdus
    assert _notes(tree) == ["ciphered: none of the keys opens it"]


@pytest.mark.parametrize(
    ("keys", "note"),
    [
        ([GIVEN], "signed; the signature is right"),
        (
            [ReadingKeys(bytes(16), general=GeneralKeys(signing=PAIRS["meter"].public_key))],
            "signed; the signature is of none of the keys",
        ),
        ([ReadingKeys(bytes(16), general=GeneralKeys(signing=b"\xff" * 64))], "is of none of the keys"),
        ([ReadingKeys(bytes(16), general=GeneralKeys(signing=bytes(5)))], "no key to check the signature"),
        ([], "signed; no key to check the signature with"),
    ],
)
def test_what_is_signed_is_shown_and_said_whether_it_proves(keys: list[ReadingKeys], note: str) -> None:
    (tree,) = explain([SIGNED], keys=keys).apdus
    assert note in _notes(tree)[0]
    assert "get-request-normal" in _names(tree)


def test_ciphered_within_signed() -> None:
    (tree,) = explain([sign(RING, ENVELOPE, SEALED["one pass"])], keys=[GIVEN], lang="es").apdus
    assert _notes(tree) == [
        "firmado; la firma es correcta",
        "descifrado; la etiqueta de autenticación es correcta",
    ]


def test_boxes_in_boxes_end() -> None:
    apdu = GET
    for _ in range(300):
        apdu = GeneralSigning(b"", b"", b"", b"", b"", apdu, b"").to_bytes()
    (tree,) = explain([apdu]).apdus
    assert _notes(tree)[-1] == "nested too deeply"


@given(st.data())
def test_a_changed_octet_never_changes_what_is_proved(data: st.DataObject) -> None:
    """How the key is found is not authenticated; what was sealed with it is."""
    whole = data.draw(st.sampled_from([*SEALED.values(), SIGNED]))
    position = data.draw(st.integers(1, len(whole) - 1))
    changed = bytearray(whole)
    changed[position] ^= data.draw(st.integers(1, 255))
    explained = explain([bytes(changed)], keys=[GIVEN])
    for tree in explained.apdus:
        if any("is right" in note for note in _notes(tree)):
            assert GET.hex() in _hexes(tree)


@given(st.binary(max_size=80))
def test_nothing_breaks_it(tail: bytes) -> None:
    for tag in (b"\xdd", b"\xdf"):
        assert explain_apdu(tag + tail).tree
