"""Each way in which a decoder can be wrong is one replaced part: what the bench's mutants are built from."""

import dataclasses

import pytest

from protocols.dlms import axdr
from protocols.sts.acceptance import (
    AcceptanceRules,
    AuthenticationResult,
    PendingKeyChange,
    TidStore,
    TokenAcceptance,
    TokenResult,
    ValidationResult,
)
from protocols.sts.acceptance.process import VALIDATORS, check_default_key, check_key_expiry, check_tid
from protocols.sts.crc import token_crc
from protocols.sts.identity import KeyType
from protocols.sts.keys import derive_decoder_key
from protocols.sts.testkeys import VUDK_160
from protocols.sts.token import (
    ClearCredit,
    InitiateMeterTest,
    SetMaximumPowerLimit,
    TransferCurrencyCredit,
    encode_token,
    key_change_tokens,
)
from sim.meter import DEFAULT_PARTS, load_profile
from sim.meter.cosem.binding_table import cosem_bindings
from sim.meter.payment.prepayment import Prepayment
from sim.meter.payment.tokens import FUNCTIONS, TokenProcessor
from sim.meter.storage.nvm import Storage


def rules(**changes):
    return {"acceptance_rules": lambda: AcceptanceRules(functions=FUNCTIONS, **changes)}


def acceptance(kind):
    """The acceptance part made of another class."""

    def make(parts):
        return kind(
            parts.register,
            tid_store=parts.tid_store,
            rules=parts.rules,
            pending=parts.key_change,
            lock_out=parts.lock_out,
        )

    return {"token_acceptance": make}


def without(check):
    return tuple(validator for validator in VALIDATORS if validator is not check)


def sections(bench, **more):
    register = bench.parts.tokens.register
    values = {"ken": 255, "krn": 1, "ti": 2, "key_type": KeyType.DUTK, "sgc": "201457"} | more
    new = derive_decoder_key(
        vending_key=VUDK_160, pan=register.pan, sgc="201457", ti=values["ti"], ea=register.ea
    )
    return key_change_tokens(new, register.decoder_key, **values)


def under_key(bench, token):
    return encode_token(token, bench.parts.tokens.register.decoder_key)


# ------------------------------------------------------------ the wrong parts


class SlowShop(TokenAcceptance):
    """Uses the TID of a token up, whatever became of it."""

    def enter(self, digits, apply, now_s=0.0):
        outcome = super().enter(digits, apply, now_s)
        tid = getattr(outcome.token, "tid", None)
        if outcome.validation is ValidationResult.VALID and not outcome.accepted and tid is not None:
            self.tid_store.add(tid)
        return outcome


class AnyKeyType(TokenAcceptance):
    """Lets every key type follow every other."""

    def _take_section(self, section, now_s):
        before = self.register
        self.register = dataclasses.replace(before, key_type=KeyType.DITK)
        result = super()._take_section(section, now_s)
        if result is not TokenResult.ACCEPT:
            self.register = before
        return result


class NoRollover(PendingKeyChange):
    """Does not see the RO bit."""

    def take_complete(self, key_bytes):
        complete = super().take_complete(key_bytes)
        if complete is None:
            return None
        return dataclasses.replace(complete, first=dataclasses.replace(complete.first, rollover=False))


class Hybrid(PendingKeyChange):
    """Puts sections of different sets together."""

    def contradicts(self, section):
        return False


class Hasty(PendingKeyChange):
    """Takes two sections for a whole set, though the first announces a third."""

    def take_complete(self, key_bytes):
        first = self._sections.get(3)
        if first is not None:
            self._sections[3] = dataclasses.replace(first, three_kct=False)
        return super().take_complete(key_bytes)


class ForgetsInTheDark(TidStore):
    def snapshot(self):
        return (0,) * self.capacity


class NoOldTokens(TidStore):
    def check(self, tid):
        found = super().check(tid)
        return ValidationResult.VALID if found is ValidationResult.OLD_ERROR else found


class KeepsCredit(Prepayment):
    def clear(self, register):
        return TokenResult.ACCEPT


class Wraps(Prepayment):
    def grant(self, amount_units):
        self._credit_nj = 0 if super().grant(amount_units) is not TokenResult.ACCEPT else self._credit_nj
        return TokenResult.ACCEPT


class RoundsDown(Prepayment):
    def grant(self, amount_units):
        return super().grant(amount_units // 10 * 10)


class CreditFirst(Storage):
    def _write(self, texts):
        for name, text in texts.items():
            self._memory.write(name, text)


def plain_crc(decoded, _register):
    """CRC_C is unknown to it: every token closes with the plain CRC."""
    fits = token_crc(decoded.token_class, decoded.block >> 16) == decoded.block & 0xFFFF
    return AuthenticationResult.AUTHENTIC if fits else AuthenticationResult.CRC_ERROR


def crc_only(decoded, _register):
    return AuthenticationResult.AUTHENTIC if decoded.crc_ok else AuthenticationResult.CRC_ERROR


def own_gateway(live):
    """A gateway with an acceptance, and so a TID store, of its own."""
    processor = live.parts.tokens
    own = TokenProcessor(TokenAcceptance(processor.register), processor._effects)
    requests = dataclasses.replace(
        live.requests, enter_token=lambda digits, way: own.enter(digits, way, epoch_us=0)
    )
    return cosem_bindings(dataclasses.replace(live, requests=requests))


# ------------------------------------------------------------ what each does wrong


def results(bench, *tokens):
    return [bench.enter(digits).result for digits in tokens]


def crc_ignored(bench):
    return results(bench, "1" * 20)


def expired(bench):
    bench.tid = 0x560000
    return results(bench, bench.credit_token(1))


def used_twice(bench):
    first = bench.credit_token(1)
    return results(bench, first, bench.credit_token(1), first)


def currency(bench):
    return results(bench, under_key(bench, TransferCurrencyCredit(4, bench.tid + 1, 1000)))


def refused_then_mended(bench):
    overflowing = bench.mint(SetMaximumPowerLimit, 30_000)
    bench.tid -= 1
    return results(bench, overflowing, bench.credit_token(1))


def cleared(bench):
    bench.recharge(10)
    return [*results(bench, bench.mint(ClearCredit, 0)), bench.credit_wh()]


def overflow(bench):
    bench.recharge(10)
    return [*results(bench, bench.credit_token(9_999_999)), bench.credit_wh()]


def odd_amount(bench):
    return [*results(bench, bench.credit_token(15)), bench.credit_wh()]


def old_token(bench):
    old = bench.credit_token(1)
    for _ in range(50):
        bench.recharge(1)
    return results(bench, old)


def after_dark(bench):
    token = bench.credit_token(1)
    bench.enter(token)
    bench.meter.power_cut()
    bench.meter.power_up()
    return results(bench, token)


def cut_at_the_credit(bench):
    token = bench.credit_token(1)
    bench.call("supply.cut_at_write", write=1, moment="after")
    bench.enter(token)
    bench.meter.power_up()
    return [*results(bench, token), bench.credit_wh()]


def two_gateways(bench):
    token = bench.credit_token(1)
    bench.enter(token)
    bench.session().action(115, "0.0.19.40.0", 1, axdr.octet_string(token.encode()))
    return [bench.credit_wh()]


def rollover(bench):
    token = bench.credit_token(1)
    bench.enter(token)
    bench.enter(token)
    results(bench, *sections(bench, rollover=True))
    return [max(bench.parts.tokens.snapshot()["tids"]) > 0]


def mixed(bench):
    one, other = sections(bench, ti=2), sections(bench, ti=3)
    return results(bench, one[0], one[1], other[1], one[2], one[3])


def announced_three(bench):
    return results(bench, *sections(bench)[:2])


def to_ditk(bench):
    return results(bench, *sections(bench, key_type=KeyType.DITK))


KCT = ["1stKCT", "2ndKCT", "3rdKCT", "Accept"]
FOREIGN = encode_token(InitiateMeterTest(0x004, mfr_code=7))

#: name -> (the part, the profile's changes, what is done, what a right meter gives, what this one gives)
WRONG = {
    "CRC ignored": (
        rules(authenticator=lambda _decoded, _register: AuthenticationResult.AUTHENTIC),
        {},
        crc_ignored,
        ["CRCError"],
        ["FunctionError"],
    ),
    "a TID store of 1": (
        {"tid_store": lambda _capacity: TidStore(1)},
        {},
        used_twice,
        ["Accept", "Accept", "UsedError"],
        ["Accept", "Accept", "OldError"],
    ),
    "wrong CRC_C": (rules(authenticator=plain_crc), {}, currency, ["FunctionError"], ["CRCError"]),
    "a hybrid key": (
        {"key_change": Hybrid},
        {},
        mixed,
        ["1stKCT", "2ndKCT", "2ndKCT", "3rdKCT", "4thKCT"],
        ["1stKCT", "2ndKCT", "2ndKCT", "3rdKCT", "Accept"],
    ),
    "TID used up by a refused token": (
        acceptance(SlowShop),
        {},
        refused_then_mended,
        ["RangeError", "Accept"],
        ["RangeError", "UsedError"],
    ),
    "RO ignored": ({"key_change": NoRollover}, {}, rollover, [False], [True]),
    "KEN ignored": (
        rules(validators=without(check_key_expiry)),
        {"ken": 85},
        expired,
        ["KeyExpiredError"],
        ["Accept"],
    ),
    "key type matrix ignored": (
        acceptance(AnyKeyType),
        {},
        to_ditk,
        ["KeyTypeError", *KCT[1:3], "4thKCT"],
        KCT,
    ),
    "DDTK takes credit": (
        rules(validators=without(check_default_key)),
        {"key_type": 1},
        lambda bench: results(bench, bench.credit_token(1)),
        ["DDTKError"],
        ["Accept"],
    ),
    "credits twice after a cut": (
        {"storage": CreditFirst},
        {},
        cut_at_the_credit,
        ["UsedError", 100],
        ["Accept", 200],
    ),
    "forgets TIDs without power": (
        {"tid_store": ForgetsInTheDark},
        {},
        after_dark,
        ["UsedError"],
        ["Accept"],
    ),
    "takes another maker's class 1": (
        rules(authenticator=crc_only),
        {},
        lambda bench: results(bench, FOREIGN),
        ["MfrCodeError"],
        ["Accept"],
    ),
    "rounds the amount": ({"prepayment": RoundsDown}, {}, odd_amount, ["Accept", 1500], ["Accept", 1000]),
    "takes old tokens": ({"tid_store": NoOldTokens}, {}, old_token, ["OldError"], ["Accept"]),
    "no validation at all": (
        rules(validators=without(check_tid)),
        {},
        lambda bench: results(bench, *[bench.credit_token(1)] * 2),
        ["Accept", "UsedError"],
        ["Accept", "Accept"],
    ),
    "commits a partial set": (
        {"key_change": Hasty},
        {"ea": "07"},
        announced_three,
        ["1stKCT", "2ndKCT"],
        ["1stKCT", "Accept"],
    ),
    "a gateway with its own store": ({"cosem_bindings": own_gateway}, {}, two_gateways, [100], [200]),
    "clears nothing": ({"prepayment": KeepsCredit}, {}, cleared, ["Accept", 0], ["Accept", 1000]),
    "overflow wraps": ({"prepayment": Wraps}, {}, overflow, ["OverflowError", 1000], ["Accept", 0]),
}


@pytest.mark.parametrize("name", WRONG)
def test_one_part_is_enough(bench_of, name):
    part, changes, act, right, wrong = WRONG[name]
    sts = dataclasses.replace(load_profile("ppkw").sts, **changes)
    assert act(bench_of(sts=sts)) == right
    assert act(bench_of("ppkw", dataclasses.replace(DEFAULT_PARTS, **part), sts=sts)) == wrong
