"""The meter's side: order of checks, results by name, TIDs used once and only by accepted tokens."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.sts.acceptance import (
    ELECTRICITY_FUNCTIONS,
    KEY_TYPE_MATRIX,
    TID_STORE_CAPACITY,
    AcceptanceRules,
    AuthenticationResult,
    KeyRegister,
    Outcome,
    TidStore,
    TokenAcceptance,
    TokenResult,
    ValidationResult,
)
from protocols.sts.acceptance.key_register import MAGNETIC_CARD, NUMERIC, key_type_allowed
from protocols.sts.acceptance.process import VALIDATORS, check_key_expiry
from protocols.sts.cipher import encryption_algorithm
from protocols.sts.crc import currency_token_crc, token_crc
from protocols.sts.errors import StsValueError
from protocols.sts.identity import KeyType
from protocols.sts.keys import DecoderKey
from protocols.sts.testkeys import VUDK_160
from protocols.sts.token import (
    READABLE_FUNCTIONS,
    ClearCredit,
    ClearTamperCondition,
    InitiateMeterTest,
    ProprietaryMeterTest,
    ReadExtendedToken,
    SetMaximumPowerLimit,
    Token,
    TransferCredit,
    TransferCurrencyCredit,
    encode_token,
    key_change_tokens,
)
from protocols.sts.token.carrier import insert_class, to_digits

CREDIT = TransferCredit(0, 5, 5000, 10)


def accept(token: Token) -> TokenResult:
    return TokenResult.ACCEPT


def never(token: Token) -> TokenResult:
    raise AssertionError(f"executed {token}")


def enter(meter: TokenAcceptance, token: Token, apply: Callable[[Token], TokenResult] = accept) -> Outcome:
    return meter.enter(encode_token(token, meter.register.decoder_key), apply)


def raw_token(meter: TokenAcceptance, token_class: int, content48: int, crc=token_crc) -> str:
    """Digits of any class and subclass, known or not."""
    block = content48 << 16 | crc(token_class, content48)
    if token_class in (0, 2):
        key = meter.register.decoder_key
        block = encryption_algorithm(key.ea).encrypt(key.value, block)
    return to_digits(insert_class(token_class, block))


@pytest.mark.parametrize("ea", ["07", "11"])
def test_accept_then_used(make_meter, ea: str) -> None:
    meter = make_meter(ea)
    outcome = enter(meter, CREDIT)
    assert outcome == Outcome(
        AuthenticationResult.AUTHENTIC, ValidationResult.VALID, TokenResult.ACCEPT, CREDIT
    )
    assert (outcome.name, outcome.accepted) == ("Accept", True)
    again = enter(meter, CREDIT, never)
    assert (again.name, again.accepted, again.result) == ("UsedError", False, None)
    other_amount = TransferCredit(0, 9, CREDIT.tid, 777)
    assert enter(meter, other_amount, never).name == "UsedError"


@pytest.mark.parametrize(
    "digits", ["", "1" * 19, "1" * 21, "12345678901234567a89", "73786976294838206464", "9" * 20, "١" * 20]
)
def test_malformed_digits_are_a_result(make_meter, digits: str) -> None:
    outcome = make_meter().enter(digits, never)
    assert outcome == Outcome(result=TokenResult.FORMAT_ERROR)
    assert outcome.name == "FormatError"


@given(st.text("0123456789", min_size=20, max_size=20))
def test_random_digits_never_crash_a_meter(digits: str) -> None:
    meter = TokenAcceptance(KeyRegister.derived(VUDK_160, "600727000000000009", sgc="201457", ea="07"))
    assert meter.enter(digits, accept).name


@given(st.text(max_size=25))
def test_random_text_never_crashes_a_meter(text: str) -> None:
    meter = TokenAcceptance(KeyRegister.derived(VUDK_160, "600727000000000009", sgc="201457"))
    assert meter.enter(text, accept).name


@given(st.integers(0, 19), st.integers(1, 9), st.sampled_from(["07", "11"]))
def test_one_wrong_digit_is_never_accepted(place: int, step: int, ea: str) -> None:
    meter = TokenAcceptance(KeyRegister.derived(VUDK_160, "600727000000000009", sgc="201457", ea=ea))
    digits = encode_token(CREDIT, meter.register.decoder_key)
    wrong = digits[:place] + str((int(digits[place]) + step) % 10) + digits[place + 1 :]
    assert meter.enter(wrong, never).name in {"CRCError", "FormatError", "MfrCodeError"}
    assert meter.tid_store.snapshot() == (0,) * TID_STORE_CAPACITY


@pytest.mark.parametrize(
    "refusal", [TokenResult.OVERFLOW_ERROR, TokenResult.RANGE_ERROR, TokenResult.FUNCTION_ERROR]
)
def test_a_token_that_the_meter_refuses_keeps_its_tid(make_meter, refusal: TokenResult) -> None:
    meter = make_meter()
    assert enter(meter, CREDIT, lambda token: refusal).name == refusal.value
    assert enter(meter, CREDIT).name == "Accept"


def test_an_old_token(make_meter) -> None:
    meter = make_meter(tid_store=TidStore(2))
    for tid in (300, 100, 200):
        assert enter(meter, TransferCredit(0, 5, tid, 1)).name == "Accept"
    assert meter.tid_store.snapshot() == (200, 300)
    assert enter(meter, TransferCredit(0, 5, 199, 1), never).name == "OldError"
    assert enter(meter, TransferCredit(0, 5, 201, 1)).name == "Accept"


def test_all_classes_share_the_tids(make_meter) -> None:
    meter = make_meter()
    assert enter(meter, ClearTamperCondition(5, 100)).name == "Accept"
    assert enter(meter, TransferCredit(0, 5, 100, 1), never).name == "UsedError"
    assert enter(meter, TransferCredit(0, 5, 0, 1), never).name == "UsedError"


def test_key_expiry_and_where_a_meter_leaves_it_out(make_meter) -> None:
    last, past = TransferCredit(0, 5, 0x55FFFF, 1), TransferCredit(0, 5, 0x560000, 1)
    meter = make_meter(ken=85)
    assert [enter(meter, last).name, enter(meter, past).name] == ["Accept", "KeyExpiredError"]
    assert enter(meter, SetMaximumPowerLimit(5, 0x560000, 1), never).name == "KeyExpiredError"
    rules = AcceptanceRules(validators=tuple(check for check in VALIDATORS if check is not check_key_expiry))
    assert enter(make_meter(ken=85, rules=rules), past).name == "Accept"


def test_a_default_key_gives_no_credit_but_management_works(make_meter) -> None:
    meter = make_meter(key_type=KeyType.DDTK)
    assert enter(meter, CREDIT, never).name == "DDTKError"
    assert enter(meter, SetMaximumPowerLimit(5, CREDIT.tid, 1000)).name == "Accept"


@pytest.mark.parametrize("present", KeyType)
@pytest.mark.parametrize("new", KeyType)
def test_the_matrix_of_key_types(make_meter, present: KeyType, new: KeyType) -> None:
    rules = AcceptanceRules(carriers=frozenset({MAGNETIC_CARD, NUMERIC}))
    meter = TokenAcceptance(_register_of_type(present), rules=rules)
    old = meter.register.decoder_key
    first, second = key_change_tokens(DecoderKey(b"\x11" * 8, "07"), old, ken=255, krn=1, ti=1, key_type=new)
    allowed = new in KEY_TYPE_MATRIX[present]
    assert meter.enter(first, never).name == ("1stKCT" if allowed else "KeyTypeError")
    assert meter.enter(second, never).name == ("Accept" if allowed else "2ndKCT")
    assert meter.register.key_type is (new if allowed else present)


def _register_of_type(key_type: KeyType) -> KeyRegister:
    made = KeyRegister.derived(VUDK_160, "600727000000000009", sgc="201457", ea="07")
    return KeyRegister(made.decoder_key, made.pan, made.sgc, key_type)


def test_a_common_key_needs_magnetic_cards() -> None:
    assert key_type_allowed(KeyType.DITK, KeyType.DCTK, {MAGNETIC_CARD})
    assert not key_type_allowed(KeyType.DITK, KeyType.DCTK, {NUMERIC})


@pytest.mark.parametrize(
    ("pan", "token", "name"),
    [
        ("600727000000000009", InitiateMeterTest(1, 0, 2), "Accept"),
        ("600727111111111153", InitiateMeterTest(1, 0, 2), "Accept"),
        ("600727111111111153", InitiateMeterTest(1, 11, 2), "Accept"),
        ("600727111111111153", InitiateMeterTest(1, 12, 2), "MfrCodeError"),
        ("600727111111111153", InitiateMeterTest(1, 11, 4), "MfrCodeError"),
        ("000001000000000082", InitiateMeterTest(1, 100, 4), "Accept"),
        ("000001000000000082", InitiateMeterTest(1, 0, 4), "Accept"),
        ("000001000000000082", InitiateMeterTest(1, 101, 4), "MfrCodeError"),
        ("000001000000000082", InitiateMeterTest(1, 0, 2), "MfrCodeError"),
    ],
)
def test_manufacturer_codes(make_meter, pan: str, token: InitiateMeterTest, name: str) -> None:
    meter = make_meter(pan=pan)
    outcome = meter.enter(encode_token(token), accept)
    assert outcome.name == name
    assert outcome.validation is None
    assert meter.enter(encode_token(token), accept).name == name


@pytest.mark.parametrize("token_class", range(4))
def test_reserved_and_unsupported_subclasses_answer_function_error(make_meter, token_class: int) -> None:
    for subclass in range(16):
        meter = make_meter("11")
        if (token_class, subclass) in meter.rules.functions or (token_class == 1 and subclass >= 6):
            continue  # what a maker does with its own subclasses is tested below
        crc = currency_token_crc if token_class == 0 and 4 <= subclass <= 7 else token_crc
        content48 = subclass << 44 | 5 << 40 | 1000 << 16 | 1
        assert meter.enter(raw_token(meter, token_class, content48, crc), never).name == "FunctionError", (
            subclass
        )
        assert meter.tid_store.snapshot() == (0,) * TID_STORE_CAPACITY


def test_currency_credit_with_a_plain_crc_is_refused(make_meter) -> None:
    meter = make_meter()
    assert meter.enter(raw_token(meter, 0, 4 << 44 | 1000 << 16 | 1), never).name == "CRCError"


def test_functions_of_a_model(make_meter) -> None:
    meter = make_meter(functions=frozenset({(0, 0)}))
    assert enter(meter, TransferCredit(1, 5, 100, 1), never).name == "FunctionError"
    assert enter(meter, TransferCredit(0, 5, 100, 1)).name == "Accept"


@pytest.mark.parametrize("register", [*range(9), 0xFFFE, 0xFFFF])
def test_registers_to_clear(make_meter, register: int) -> None:
    expected = "RangeError" if register in (8, 0xFFFE) else "Accept"
    assert enter(make_meter(), ClearCredit(5, 100, register)).name == expected


def test_a_pad_that_is_not_zero_is_malformed(make_meter) -> None:
    assert enter(make_meter(), ClearTamperCondition(5, 100, pad=1), never).name == "FormatError"


def test_a_store_that_forgets_can_be_built_in(make_meter) -> None:
    class Forgetful(TidStore):
        def check(self, tid: int) -> ValidationResult:
            return ValidationResult.VALID

    meter = make_meter(tid_store=Forgetful())
    assert [enter(meter, CREDIT).name for _ in range(2)] == ["Accept", "Accept"]


@pytest.mark.parametrize("ea", ["07", "11"])
def test_a_restored_meter_goes_on_where_it_was(make_meter, ea: str) -> None:
    meter = make_meter(ea, ken=170)
    enter(meter, CREDIT)
    key = DecoderKey(b"\x23" * (8 if ea == "07" else 16), ea)
    *most, last = key_change_tokens(
        key, meter.register.decoder_key, ken=255, krn=2, ti=7, key_type=KeyType.DUTK, sgc="123456"
    )
    for token in most:
        meter.enter(token, never, now_s=10.0)
    kept = json.loads(json.dumps(meter.snapshot()))
    other = make_meter(ea)
    other.restore(kept)
    assert other.snapshot() == meter.snapshot()
    assert enter(other, CREDIT, never).name == "UsedError"
    assert other.enter(last, never, now_s=20.0).name == "Accept"
    assert other.register.decoder_key == key


def test_a_store_of_another_size_cannot_be_restored() -> None:
    with pytest.raises(StsValueError, match="holds 3 TIDs, not 2"):
        TidStore(3).restore((1, 2))
    with pytest.raises(StsValueError, match="at least one"):
        TidStore(0)


@given(st.lists(st.integers(0, 300), max_size=200))
def test_the_store_against_a_plain_model(tids: list[int]) -> None:
    store, model = TidStore(5), [0] * 5
    for tid in tids:
        expected = "OldError" if tid < min(model) else "UsedError" if tid in model else "Valid"
        assert store.check(tid).value == expected
        if expected == "Valid":
            store.add(tid)
            model.remove(min(model))
            model.append(tid)
    assert store.snapshot() == tuple(sorted(model))
    twin = TidStore(5)
    twin.restore(store.snapshot())
    assert twin.snapshot() == store.snapshot()


@pytest.mark.parametrize("function", [(0, 1), (0, 3), (0, 4), (0, 7), (2, 2), (2, 6), (2, 7), (2, 10)])
@pytest.mark.parametrize("ea", ["07", "11"])
def test_what_an_electricity_meter_has_not_keeps_its_tid(make_meter, ea: str, function) -> None:
    meter = make_meter(ea, functions=ELECTRICITY_FUNCTIONS)
    token_class, subclass = function
    crc = currency_token_crc if token_class == 0 and subclass >= 4 else token_crc
    digits = raw_token(meter, token_class, subclass << 44 | 5 << 40 | 1000 << 16 | 1, crc)
    outcome = meter.enter(digits, never)
    assert (outcome.name, outcome.validation) == ("FunctionError", ValidationResult.VALID)
    assert meter.tid_store.snapshot() == (0,) * TID_STORE_CAPACITY


def test_extended_reads_address_a_maker_or_every_meter(make_meter) -> None:
    for pan, mfr_code, name in [
        ("600727000000000009", 0, "Accept"),
        ("000001000000000082", 0, "Accept"),
        ("600727000000000009", 7, "MfrCodeError"),
        ("000001000000000082", 7, "MfrCodeError"),
    ]:
        token = ReadExtendedToken(0xFC0000000, mfr_code)
        assert make_meter(pan=pan).enter(encode_token(token), accept).name == name
        refusing = make_meter(pan=pan, functions=ELECTRICITY_FUNCTIONS)
        expected = "FunctionError" if name == "Accept" else name
        assert refusing.enter(encode_token(token), never).name == expected


def test_a_makers_own_tokens_are_for_its_own_meters(make_meter) -> None:
    for token, name in [
        (ProprietaryMeterTest(6, 1, 100), "Accept"),
        (ProprietaryMeterTest(6, 1, 101), "MfrCodeError"),
        (ProprietaryMeterTest(6, 1, 0), "MfrCodeError"),
        (ProprietaryMeterTest(11, 1, 1), "MfrCodeError"),
    ]:
        meter = make_meter(pan="000001000000000082", functions=READABLE_FUNCTIONS)
        assert meter.enter(encode_token(token), accept).name == name
    standard = make_meter(pan="000001000000000082")
    assert standard.enter(encode_token(ProprietaryMeterTest(6, 1, 100)), never).name == "FunctionError"


def test_a_meter_with_money_takes_currency_and_checks_it_as_credit(make_meter) -> None:
    meter = make_meter(key_type=KeyType.DDTK)
    token = TransferCurrencyCredit(4, 1000, -100_000)
    assert meter.enter(encode_token(token, meter.register.decoder_key), never).name == "DDTKError"
    meter = make_meter()
    digits = encode_token(token, meter.register.decoder_key)
    assert [meter.enter(digits, accept).name for _ in range(2)] == ["Accept", "UsedError"]
