"""SYMSEC_0: keys are transferred under the master key, whole or not at all."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from dataclasses import replace

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.secured import ASSOCIATION, associates, target_keys, transfer, wrapped
from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.security import KeyId, KeySet, wrap
from protocols.dlms.security.suites import KEY_FIELDS

MANAGEMENT = pytest.mark.needs(f"association:{ASSOCIATION}")
_GUEK, _GAK = KeyId.GLOBAL_UNICAST_ENCRYPTION, KeyId.AUTHENTICATION
_UNKNOWN_KEY = 9
_REQUIREMENT = Text(
    "La clave nueva funciona y la anterior no; al devolver la anterior, esa funciona otra vez.",
    "The new key works and the former does not; once the former is given back, it works again.",
)


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("dlms-yb", number, level="shall")


def _transfer_and_back(bench: Bench, key_ids: tuple[KeyId, ...]) -> None:
    old = target_keys(bench)
    fresh: dict[int, bytes] = {key_id: bench.random_octets(len(old.guek)) for key_id in key_ids}
    new = replace(old, **{KEY_FIELDS[key_id]: fresh[key_id] for key_id in key_ids})
    back: dict[int, bytes] = {key_id: old.gak if key_id is _GAK else old.guek for key_id in key_ids}
    result = transfer(bench, old, wrapped(old, fresh))
    try:
        bench.check(result is ActionResult.SUCCESS, "la transferencia se acepta", "the transfer is accepted")
        bench.check(associates(bench, new), "la clave nueva funciona", "the new key works")
        bench.check(
            not associates(bench, old), "la clave anterior ya no funciona", "the former key works no longer"
        )
    finally:
        if result is ActionResult.SUCCESS:
            _give_back(bench, new, wrapped(old, back))
    bench.check(associates(bench, old), "la clave anterior funciona otra vez", "the former key works again")


def _give_back(bench: Bench, new: KeySet, parameter: Data) -> None:
    """Whatever was found: leave the device with the keys of the target file."""
    try:
        transfer(bench, new, parameter)
    except RemoteProtocolError as error:
        bench.note(f"no se devuelven las claves: {error}", f"the keys are not given back: {error}")


@case(
    id="dlms/SYMSEC_0_Key_Tx_P1/guek",
    title=Text("Transferir la clave de cifrado", "Transfer the encryption key"),
    stimulus=Text(
        "Transferir una GUEK nueva, asociarse con ella y con la anterior, y devolver la anterior.",
        "Transfer a new GUEK, associate with it and with the former, and give the former back.",
    ),
    requirement=_REQUIREMENT,
)
@clause("SYMSEC_0_Key_Tx_P1")
@MANAGEMENT
def test_guek(bench: Bench) -> None:
    _transfer_and_back(bench, (_GUEK,))


@case(
    id="dlms/SYMSEC_0_Key_Tx_P2/gak",
    title=Text("Transferir la clave de autenticación", "Transfer the authentication key"),
    stimulus=Text(
        "Transferir una GAK nueva, asociarse con ella y con la anterior, y devolver la anterior.",
        "Transfer a new GAK, associate with it and with the former, and give the former back.",
    ),
    requirement=_REQUIREMENT,
)
@clause("SYMSEC_0_Key_Tx_P2")
@MANAGEMENT
def test_gak(bench: Bench) -> None:
    _transfer_and_back(bench, (_GAK,))


@case(
    id="dlms/SYMSEC_0_Key_Tx_P3/both",
    title=Text("Transferir las dos claves", "Transfer both keys"),
    stimulus=Text(
        "Transferir GUEK y GAK nuevas en una sola invocación, y devolver las anteriores.",
        "Transfer a new GUEK and a new GAK with one invocation, and give the former back.",
    ),
    requirement=_REQUIREMENT,
)
@clause("SYMSEC_0_Key_Tx_P3")
@MANAGEMENT
def test_both(bench: Bench) -> None:
    _transfer_and_back(bench, (_GUEK, _GAK))


def _check_not_taken(bench: Bench, parameter: Data, es: str, en: str) -> None:
    keys = target_keys(bench)
    bench.stimulus(es, en)
    result = transfer(bench, keys, parameter)
    bench.check(
        result is not ActionResult.SUCCESS, "la transferencia no se acepta", "the transfer is not accepted"
    )
    bench.check(associates(bench, keys), "las claves siguen siendo las mismas", "the keys are still the same")


@case(
    id="dlms/SYMSEC_0_Key_Tx_N1/unknown-key-id",
    title=Text("Clave de un tipo desconocido", "Key of an unknown kind"),
    stimulus=Text(
        "Transferir una clave bien envuelta con un key_id que no existe.",
        "Transfer a key that is wrapped rightly with a key_id that is not there.",
    ),
    requirement=Text(
        "No se acepta y las claves siguen siendo las mismas.",
        "It is not accepted and the keys are still the same.",
    ),
)
@clause("SYMSEC_0_Key_Tx_N1")
@MANAGEMENT
def test_unknown_key_id(bench: Bench) -> None:
    keys = target_keys(bench)
    parameter = wrapped(keys, {_UNKNOWN_KEY: bench.random_octets(len(keys.guek))})
    _check_not_taken(bench, parameter, "key_id 9", "key_id 9")


@case(
    id="dlms/SYMSEC_0_Key_Tx_N2/wrong-wrapping",
    title=Text("Clave mal envuelta", "Key wrapped wrongly"),
    stimulus=Text(
        "Transferir una clave envuelta con otra maestra, una sin envolver y dos de las que una está mal.",
        "Transfer a key wrapped with another master key, one that is not wrapped, and two of which one is "
        "wrong.",
    ),
    requirement=Text(
        "No se acepta ninguna y las claves siguen siendo las mismas.",
        "None is accepted and the keys are still the same.",
    ),
)
@clause("SYMSEC_0_Key_Tx_N2")
@MANAGEMENT
def test_wrong_wrapping(bench: Bench) -> None:
    keys = target_keys(bench)
    fresh = bench.random_octets(len(keys.guek))
    strange = wrap(bench.random_octets(len(keys.guek)), fresh)

    def rows(*pairs: tuple[int, bytes]) -> Data:
        return axdr.array(
            *(axdr.structure(axdr.enum(key_id), axdr.octet_string(octets)) for key_id, octets in pairs)
        )

    good = wrap(keys.kek or b"", fresh)
    _check_not_taken(bench, rows((_GUEK, strange)), "otra clave maestra", "another master key")
    _check_not_taken(bench, rows((_GUEK, fresh)), "sin envolver", "not wrapped")
    _check_not_taken(
        bench, rows((_GUEK, good), (_GAK, strange)), "una bien y una mal", "one right, one wrong"
    )
