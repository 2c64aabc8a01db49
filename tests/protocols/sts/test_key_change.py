"""Key changes: the sections as the vendor makes them, and as the meter collects them."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.sts.acceptance import (
    KEY_CHANGE_TIMEOUT_S,
    KeyRegister,
    PendingKeyChange,
    TidStore,
    TokenAcceptance,
    TokenResult,
)
from protocols.sts.errors import KeyMaterialError, StsValueError, UnsupportedAlgorithmError
from protocols.sts.identity import BaseDate, KeyType
from protocols.sts.keys import DecoderKey, derive_decoder_key
from protocols.sts.testkeys import VUDK_160
from protocols.sts.token import (
    Set1stSectionDecoderKey,
    Set2ndSectionDecoderKey,
    Set3rdSectionSupplyGroupCode,
    TransferCredit,
    encode_token,
    key_change_tokens,
)
from protocols.sts.token.key_change import KeyChange, join_key_parts, key_change_sections

PAN = "600727000000000009"
NAMES = {"07": ("1stKCT", "2ndKCT", "3rdKCT"), "11": ("1stKCT", "2ndKCT", "3rdKCT", "4thKCT")}


def accept(token: object) -> TokenResult:
    return TokenResult.ACCEPT


def new_key(ea: str, **attributes: object) -> DecoderKey:
    given_ = {"sgc": "201457", "ti": 2, **attributes}
    return derive_decoder_key(ea=ea, vending_key=VUDK_160, pan=PAN, **given_)  # type: ignore[arg-type]


def tokens_for(meter: TokenAcceptance, key: DecoderKey, **attributes: object) -> list[str]:
    given_ = {"ken": 255, "krn": 1, "ti": 2, "key_type": KeyType.DUTK, "sgc": "201461", **attributes}
    return key_change_tokens(key, meter.register.decoder_key, **given_)  # type: ignore[arg-type]


@pytest.mark.parametrize("ea", ["07", "11"])
def test_every_order_ends_in_the_same_key(make_meter, ea: str) -> None:
    names = NAMES[ea]
    for order in permutations(range(len(names))):
        meter = make_meter(ea)
        tokens = tokens_for(meter, new_key(ea), ken=170, krn=4)
        shown = [meter.enter(tokens[place], accept).name for place in order]
        assert shown == [*(names[place] for place in order[:-1]), "Accept"]
        register = meter.register
        assert register.decoder_key == new_key(ea)
        assert (register.ken, register.krn, register.ti, register.sgc) == (170, 4, 2, "201461")
        assert not meter.pending.sections


def test_two_sections_keep_the_supply_group(make_meter) -> None:
    meter = make_meter()
    first, second = tokens_for(meter, new_key("07"), sgc=None)
    assert [meter.enter(first, accept).name, meter.enter(second, accept).name] == ["1stKCT", "Accept"]
    assert meter.register.sgc == "201457"


@pytest.mark.parametrize("ea", ["07", "11"])
def test_repeats_and_other_tokens_in_between_do_no_harm(make_meter, ea: str) -> None:
    meter = make_meter(ea)
    credit = encode_token(TransferCredit(0, 5, 1000, 10), meter.register.decoder_key)
    tokens = tokens_for(meter, new_key(ea))
    for name, token in zip(NAMES[ea][:-1], tokens, strict=False):
        assert meter.enter(token, accept).name == name
        assert meter.enter(token, accept).name == name
    assert meter.enter(credit, accept).name == "Accept"
    assert meter.enter("00000000000150997584", accept).name == "Accept"
    assert meter.enter(tokens[-1], accept).name == "Accept"
    assert meter.enter(tokens[0], accept).name == "CRCError"
    late = encode_token(TransferCredit(0, 5, 2000, 10), new_key(ea))
    assert meter.enter(late, accept).name == "Accept"


def test_sections_of_two_sets_never_make_one_key(make_meter) -> None:
    meter = make_meter("11")
    old = meter.register
    set_a, set_b = tokens_for(meter, new_key("11", ti=2)), tokens_for(meter, new_key("11", ti=3), ti=3)
    for token in set_a[:3]:
        meter.enter(token, accept)
    # A first section with other content starts set B afresh: the rest of A cannot complete it.
    assert meter.enter(set_b[0], accept).name == "1stKCT"
    assert meter.enter(set_b[3], accept).name == "4thKCT"
    assert meter.register == old
    assert [meter.enter(token, accept).name for token in set_b[1:3]] == ["2ndKCT", "Accept"]
    assert meter.register.decoder_key == new_key("11", ti=3)


def test_a_third_token_beside_a_first_that_announces_none(make_meter) -> None:
    for stray_first in (True, False):
        meter = make_meter()
        stray = tokens_for(meter, new_key("07"))[2]
        first, second = tokens_for(meter, new_key("07"), sgc=None)
        order = [stray, first, second] if stray_first else [first, stray, second]
        names = [meter.enter(token, accept).name for token in order]
        assert names == (["3rdKCT", "1stKCT", "Accept"] if stray_first else ["1stKCT", "3rdKCT", "2ndKCT"])
        assert meter.register.sgc == "201457"


def test_a_partial_set_is_dropped_after_the_timeout(make_meter) -> None:
    meter = make_meter()
    first, second = tokens_for(meter, new_key("07"), sgc=None)
    meter.enter(first, accept, now_s=100.0)
    assert meter.enter(second, accept, now_s=100.1 + KEY_CHANGE_TIMEOUT_S).name == "2ndKCT"
    assert meter.enter(first, accept, now_s=100.1 + 2 * KEY_CHANGE_TIMEOUT_S).name == "Accept"


def test_the_timeout_is_a_parameter_and_time_cannot_run_back(make_meter) -> None:
    meter = make_meter(pending=PendingKeyChange(timeout_s=5.0))
    first, second = tokens_for(meter, new_key("07"), sgc=None)
    meter.enter(first, accept, now_s=100.0)
    assert meter.enter(second, accept, now_s=50.0).name == "2ndKCT"
    assert meter.enter(first, accept, now_s=55.1).name == "1stKCT"
    assert meter.enter(second, accept, now_s=60.0).name == "Accept"


@pytest.mark.parametrize("rollover", [False, True])
def test_rollover_clears_the_tid_store_and_moves_the_base_date(make_meter, rollover: bool) -> None:
    meter = make_meter(tid_store=TidStore(3))
    meter.tid_store.add(5000)
    key = new_key("07", base_date=BaseDate.Y2035)
    for token in tokens_for(meter, key, rollover=rollover, sgc=None):
        meter.enter(token, accept)
    assert meter.register.base_date is (BaseDate.Y2035 if rollover else BaseDate.Y2014)
    assert meter.tid_store.snapshot() == ((0, 0, 0) if rollover else (0, 0, 5000))


@pytest.mark.parametrize(
    ("section", "result"),
    [
        (Set1stSectionDecoderKey(15, 0, False, False, KeyType.DUTK, 1), "RangeError"),
        (Set1stSectionDecoderKey(15, 10, False, False, KeyType.DUTK, 1), "RangeError"),
        (Set2ndSectionDecoderKey(15, 100, 1), "RangeError"),
        (Set3rdSectionSupplyGroupCode(1_000_000), "RangeError"),
        (Set3rdSectionSupplyGroupCode(1, pad=1), "FormatError"),
    ],
)
def test_sections_with_values_no_meter_can_take(make_meter, section, result: str) -> None:
    meter = make_meter()
    assert meter.enter(encode_token(section, meter.register.decoder_key), accept).name == result
    assert not meter.pending.sections


def test_an_impossible_supply_group_in_two_halves(make_meter) -> None:
    meter = make_meter("11")
    old = meter.register
    sections = key_change_sections(KeyChange(new_key("11"), 255, 1, 2, KeyType.DUTK, sgc="999999"))
    names = []
    for subclass in (3, 4, 8, 9):
        section = sections[subclass]
        token = encode_token(section, old.decoder_key)
        if subclass == 9:
            token = encode_token(type(section)(0xFFF, section.key_part), old.decoder_key)
        names.append(meter.enter(token, accept).name)
    assert names[-1] == "RangeError"
    assert meter.register == old
    assert not meter.pending.sections


def test_what_a_vendor_cannot_make() -> None:
    narrow, wide = new_key("07"), new_key("11")
    with pytest.raises(UnsupportedAlgorithmError, match="EA07 to EA11"):
        key_change_tokens(wide, narrow, ken=255, krn=1, ti=1, key_type=KeyType.DUTK, sgc="201457")
    with pytest.raises(StsValueError, match="give the SGC"):
        key_change_tokens(wide, wide, ken=255, krn=1, ti=1, key_type=KeyType.DUTK)
    for wrong in ({"ken": 256}, {"krn": 0}, {"ti": 100}, {"sgc": "1"}):
        with pytest.raises(StsValueError):
            key_change_sections(
                KeyChange(**{"key": narrow, "ken": 1, "krn": 1, "ti": 1, "key_type": KeyType.DUTK, **wrong})
            )
    with pytest.raises(KeyMaterialError, match="not complete"):
        join_key_parts({}, "07")


@given(
    ea=st.sampled_from(["07", "11"]),
    ken=st.integers(0, 255),
    krn=st.integers(1, 9),
    ti=st.integers(0, 99),
    sgc=st.integers(0, 999999).map("{:06d}".format),
    rollover=st.booleans(),
    raw=st.binary(min_size=16, max_size=16),
    entered=st.data(),
)
def test_any_key_change_arrives_whole(ea, ken, krn, ti, sgc, rollover, raw, entered) -> None:
    meter = TokenAcceptance(KeyRegister.derived(VUDK_160, PAN, sgc="201457", ea=ea))
    key = DecoderKey(raw[: 8 if ea == "07" else 16], ea)
    tokens = tokens_for(meter, key, ken=ken, krn=krn, ti=ti, sgc=sgc, rollover=rollover)
    for token in entered.draw(st.permutations(tokens)):
        outcome = meter.enter(token, accept)
    assert outcome.accepted
    register = meter.register
    assert (register.decoder_key, register.ken, register.krn, register.ti, register.sgc) == (
        key,
        ken,
        krn,
        ti,
        sgc,
    )
