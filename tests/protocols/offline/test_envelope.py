"""Kind, signer, signature: what is opened is what was signed, and all else is refused with one sentence."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from offline_messages import OTHER_PUBLIC, PUBLIC, sign, sign_otherwise

from protocols.offline import OfflineError, fingerprint, open_envelope, peek, seal, signer_id
from protocols.offline.canonical import canonical
from protocols.offline.envelope import FORMAT

BODIES = st.dictionaries(st.text("abcñ", max_size=5), st.integers(-99, 99) | st.text("xyzé ", max_size=8))


@given(BODIES)
def test_what_is_sealed_is_opened(body: dict[str, Any]) -> None:
    data = seal("pack", body, PUBLIC, sign)
    assert open_envelope(data, "pack", PUBLIC) == body
    assert peek(data) == ("pack", signer_id(PUBLIC), body)


@given(BODIES, st.data())
def test_one_changed_octet_is_never_opened(body: dict[str, Any], data: st.DataObject) -> None:
    sealed = bytearray(seal("pack", body, PUBLIC, sign))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(OfflineError):
        open_envelope(bytes(sealed), "pack", PUBLIC)


def altered(**fields: Any) -> bytes:
    envelope = json.loads(seal("pack", {"a": 1}, PUBLIC, sign))
    return canonical({**envelope, **fields})


SENTENCES = {
    "too long": (seal("pack", {"a": "x" * 3000}, PUBLIC, sign), "pasa de 2000 bytes"),
    "no JSON": (b"PK\x03\x04", "no es un mensaje de amibench"),
    "no object": (b"[1,2]", f"no es un mensaje de formato {FORMAT}"),
    "another format": (altered(format="amibench-offline/2"), f"no es un mensaje de formato {FORMAT}"),
    "one field more": (altered(more=1), f"no es un mensaje de formato {FORMAT}"),
    "body is a list": (altered(body=[]), "mal formado"),
    "kind is a number": (altered(kind=7), "mal formado"),
    "kind without end": (altered(kind="k" * 41), "mal formado"),
    "signer of capitals": (altered(signer="A" * 16), "mal formado"),
    "short signature": (altered(signature="00"), "mal formado"),
    "another kind": (seal("batch", {"a": 1}, PUBLIC, sign), "de otra clase: se espera pack"),
    "kind changed": (altered(kind="batch"), "de otra clase"),
    "another signer": (seal("pack", {"a": 1}, OTHER_PUBLIC, sign_otherwise), "lo firmó otro"),
    "another's signature": (seal("pack", {"a": 1}, PUBLIC, sign_otherwise), "la firma no corresponde"),
    "body changed": (altered(body={"a": 2}), "la firma no corresponde"),
    "signature of zeros": (altered(signature="0" * 128), "la firma no corresponde"),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_each_fault_has_its_sentence(name: str) -> None:
    data, sentence = SENTENCES[name]
    with pytest.raises(OfflineError) as refused:
        open_envelope(data, "pack", PUBLIC, octets_max=2000)
    assert sentence in refused.value.es
    assert refused.value.en == str(refused.value) != refused.value.es


def test_a_kind_cannot_pass_for_another_under_one_signature() -> None:
    """The kind is under the signature: a batch renamed to a pack does not open as one."""
    envelope = json.loads(seal("batch", {"a": 1}, PUBLIC, sign))
    with pytest.raises(OfflineError, match="altered"):
        open_envelope(canonical({**envelope, "kind": "pack"}), "pack", PUBLIC)


def test_a_body_that_is_too_long_is_not_sealed() -> None:
    with pytest.raises(OfflineError, match="longer"):
        seal("pack", {"a": ["x" * 1000] * 16_000}, PUBLIC, sign)


@given(st.binary(max_size=300))
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(OfflineError):
        peek(data)


def test_a_fingerprint_is_read_aloud_in_groups() -> None:
    assert fingerprint(PUBLIC).replace(" ", "").lower() == signer_id(PUBLIC)
    assert [len(group) for group in fingerprint(PUBLIC).split()] == [4, 4, 4, 4]
