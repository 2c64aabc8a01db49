"""What the decoder refuses, at keypad and gateway; lock-out; wrong passwords; reverse energy."""

import dataclasses

import pytest

from protocols.dlms import axdr
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.errors import AssociationRefused
from protocols.dlms.wrapper import WrapperClient
from protocols.sts.identity import KeyType
from protocols.sts.keys import derive_decoder_key
from protocols.sts.testkeys import VUDK_160
from protocols.sts.token import (
    InitiateMeterTest,
    SetMaximumPowerLimit,
    SetTariffRate,
    TransferCredit,
    TransferCurrencyCredit,
    encode_token,
    key_change_tokens,
)
from sim.meter import load_profile

WRONG = "0" * 20


def with_register(bench_of, **changes):
    sts = dataclasses.replace(load_profile("ppkw").sts, **changes)
    return bench_of(sts=sts)


def both(bench, digits):
    """The result at the keypad, then at the gateway."""
    shown = bench.enter(digits).result
    session = bench.session()
    session.action(115, "0.0.19.40.0", 1, axdr.octet_string(digits.encode()))
    return shown, session.get(115, "0.0.19.40.0", 4).value[0].value.decode()


def test_a_key_that_expired_is_said_so_on_both_ways(bench_of):
    bench = with_register(bench_of, ken=85)
    bench.tid = 0x55FFFE
    assert bench.enter(bench.credit_token(10)).result == "Accept"
    assert both(bench, bench.credit_token(10)) == ("KeyExpiredError", "KeyExpiredError")
    assert bench.enter(bench.credit_token(10)).lines == ("RECHAZADO", "CLAVE VENCIDA")


def test_a_default_key_takes_management_and_no_credit(bench_of):
    bench = with_register(bench_of, key_type=int(KeyType.DDTK))
    assert both(bench, bench.credit_token(10)) == ("DDTKError", "DDTKError")
    assert bench.enter(bench.mint(SetMaximumPowerLimit, 5000)).result == "Accept"


@pytest.mark.parametrize("key_type", [KeyType.DITK, KeyType.DCTK])
def test_the_key_type_matrix_shows(bench, key_type):
    register = bench.parts.tokens.register
    new = derive_decoder_key(vending_key=VUDK_160, pan=register.pan, sgc="201457", ti=2)
    tokens = key_change_tokens(
        new, register.decoder_key, ken=255, krn=1, ti=2, key_type=key_type, sgc="201457"
    )
    assert both(bench, tokens[0]) == ("KeyTypeError", "KeyTypeError")


def test_tokens_of_other_commodities_and_in_currency_are_no_function_of_this_meter(bench):
    key = bench.parts.tokens.register.decoder_key
    others = [
        TransferCredit(1, 5, bench.tid + 1, 10),
        TransferCurrencyCredit(4, bench.tid + 2, 1000),
        SetTariffRate(5, bench.tid + 3, 0),
    ]
    for token in others:
        assert both(bench, encode_token(token, key)) == ("FunctionError", "FunctionError")


def test_three_wrong_entries_lock_and_class_1_still_works(bench_of):
    bench = bench_of("ppkw-lockout")
    token = bench.credit_token(10)
    for _ in range(3):
        assert bench.enter(WRONG).result == "CRCError"
    assert bench.events()[-2:] == ["TOKEN_REFUSED", "LOCKED_OUT"]
    assert both(bench, token) == ("LockOut", "LockOut")
    assert bench.enter(token).lines == ("RECHAZADO", "BLOQUEADO")
    assert bench.enter(encode_token(InitiateMeterTest(0x004))).result == "Accept"
    bench.run(10)
    assert bench.enter(token).result == "Accept"


def test_a_power_cut_does_not_end_a_lock(bench_of):
    bench = bench_of("ppkw-lockout")
    token = bench.credit_token(10)
    for _ in range(3):
        bench.enter(WRONG)
    bench.meter.power_cut()
    bench.run(60)
    bench.meter.power_up()
    assert bench.enter(token).result == "LockOut"
    bench.run(10)
    assert bench.enter(token).result == "Accept"


def test_without_that_profile_nothing_locks(bench):
    for _ in range(10):
        assert bench.enter(WRONG).result == "CRCError"
    assert bench.parts.tokens.locked_s == 0
    bench.recharge(10)


def test_wrong_passwords_are_counted(bench):
    for _ in range(2):
        client = ClientConnection(client_sap=2, server_sap=1, authentication=Lls(b"wrong"))
        session = DlmsSession(bench.link(), WrapperClient(2, 1), client)
        session.connect()
        with pytest.raises(AssociationRefused):
            session.associate()
    assert bench.events()[-2:] == ["WRONG_PASSWORD"] * 2
    assert bench.session().get(1, "0.0.96.15.1", 2).value == 2


def test_energy_that_runs_backwards_is_an_event(bench):
    bench.recharge(100)
    bench.supply.set_load(10.0, 180.0)
    bench.supply.set_load(10.0)
    assert bench.events()[-2:] == ["REVERSE_ENERGY", "NO_REVERSE_ENERGY"]
