"""Ciphered APDUs of a recording: opened by keys, titles learned on the way, nothing believed unproved."""

import pytest

from protocols.dlms.acse import Aarq
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.explain import ReadingKeys, explain
from protocols.dlms.explain.deciphering import Decipherer
from protocols.dlms.security import Cipher
from protocols.dlms.security.forms import Form, enclose
from protocols.dlms.xdlms.initiate import InitiateRequest

GUEK, GAK, DEDICATED = bytes(range(16)), bytes(range(0xD0, 0xE0)), bytes(range(0x40, 0x50))
TITLE = b"MMM\0\0\xbca\x4e"
GET = bytes.fromhex("c001c100010000600100ff0200")
CONTROLS = {0x30: True, 0x10: True, 0x20: False}


def sealed(form: Form, plain: bytes, control: int = 0x30, counter: int = 7, *, key: bytes = GUEK) -> bytes:
    return enclose(form, plain[0], TITLE, Cipher(key, GAK).seal(control, TITLE, counter, plain))


def notes(tree: dict, found: list[str] | None = None) -> list[str]:
    found = [] if found is None else found
    if tree["name"] in ("note", "nota"):
        found.append(tree["value"])
    for child in tree["children"]:
        notes(child, found)
    return found


def names(tree: dict) -> list[str]:
    return [tree["name"], *(name for child in tree["children"] for name in names(child))]


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("form", [Form.GLO, Form.GENERAL_GLO])
def test_a_request_is_opened(form: Form, control: int) -> None:
    keys = [ReadingKeys(GUEK, GAK, titles=(bytes(8), TITLE))]
    (tree,) = explain([sealed(form, GET, control)], keys=keys).apdus
    assert "get-request-normal" in names(tree)
    assert ("the authentication tag is right" in notes(tree)[0]) is CONTROLS[control]


def test_without_the_authentication_key_nothing_is_proved() -> None:
    (tree,) = explain([sealed(Form.GLO, GET)], keys=[ReadingKeys(GUEK, titles=(TITLE,))]).apdus
    assert notes(tree) == ["deciphered; nothing proves who sent it"]


@pytest.mark.parametrize(
    "keys",
    [
        ReadingKeys(bytes(16), GAK, titles=(TITLE,)),
        ReadingKeys(GUEK, bytes(16), titles=(TITLE,)),
        ReadingKeys(GUEK, GAK, titles=(bytes(8),)),
        ReadingKeys(bytes(16), titles=(TITLE,)),
        ReadingKeys(GUEK, GAK),
        ReadingKeys(b"short", GAK, titles=(TITLE,)),
    ],
)
def test_keys_that_do_not_fit_open_nothing(keys: ReadingKeys) -> None:
    (tree,) = explain([sealed(Form.GLO, GET)], keys=[keys]).apdus
    assert notes(tree) == ["ciphered: none of the keys opens it"]
    assert "get-request-normal" not in names(tree)


def test_a_title_that_the_recording_names_serves_for_the_rest() -> None:
    named, bare = sealed(Form.GENERAL_GLO, GET), sealed(Form.GLO, GET, counter=8)
    trees = explain([named, bare], keys=[ReadingKeys(GUEK, GAK)]).apdus
    assert ["get-request-normal" in names(tree) for tree in trees] == [True, True]


def test_an_association_request_gives_title_and_dedicated_key_away() -> None:
    initiate = InitiateRequest(Conformance.GET, 0, dedicated_key=DEDICATED)
    ciphered = decode_apdu(sealed(Form.GLO, initiate.to_bytes()))
    request = Aarq(user_information=ciphered, calling_ap_title=b"\x04\x08" + TITLE)  # type: ignore[arg-type]
    dedicated = sealed(Form.DED, GET, counter=9, key=DEDICATED)
    opening, asked = explain([request.to_bytes(), dedicated], keys=[ReadingKeys(GUEK, GAK)]).apdus
    assert "initiate-request" in names(opening)
    assert "get-request-normal" in names(asked)


def test_keys_are_never_shown() -> None:
    assert GUEK.hex() not in repr(ReadingKeys(GUEK, GAK)) + repr(Decipherer([ReadingKeys(GUEK)]))
    assert repr(GUEK) not in repr(ReadingKeys(GUEK, GAK, DEDICATED))
    assert not Decipherer()
