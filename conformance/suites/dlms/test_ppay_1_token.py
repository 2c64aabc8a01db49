"""PPAY_TOKEN: tokens through the gateway, and what class 115 says of each. Our own ids."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from datetime import timedelta

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import items
from conformance.bench.prepayment import GATEWAY, Payment
from i18n import Message
from protocols.dlms.cosem.enumerations import TokenDeliveryMethod, TokenStatusCode
from protocols.dlms.datetimes import CosemDateTime
from protocols.sts.token import ClearCredit, InitiateMeterTest, SetMaximumPowerLimit

NEEDS = pytest.mark.needs("sts", "token-gateway", "account", "association:reader")

_RND = 5
_CREDIT_UNITS = 7
_TEST_DISPLAY = 0x002
_TOO_MUCH_UNITS = 18_000_000
_MORE_THAN_REMEMBERED = 60  # a meter remembers fifty TIDs or more
_HOUR = timedelta(hours=1)


def clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause("ppay", number, level="shall")


def status_of(payment: Payment) -> int:
    """First element of token_status."""
    code = items(payment.read(payment.one(GATEWAY), 6))[0].value
    payment.bench.observe(Message("token_status = {code!r}", code=code))
    return code if isinstance(code, int) else -1


def check_status(bench: Bench, due: TokenStatusCode) -> None:
    """The gateway must say at which step the token stopped."""
    seen = status_of(Payment(bench))
    bench.check(
        seen == due,
        Message(
            "the gateway's status is {due} ({name}), seen {seen}",
            due=int(due),
            name=due.name.lower(),
            seen=seen,
        ),
    )


@case(
    id="dlms/PPAY_TOKEN_1/credit",
    title=Message("Credit by the gateway"),
    stimulus=Message(
        "Hand a token of 0.7 kWh to the gateway and read its attributes 2, 3, 5 and 6 and the credit."
    ),
    requirement=Message(
        "It shows the token as it came, the time, remote delivery (0) and a good execution "
        "(3); the credit rises by what is due."
    ),
)
@clause("PPAY_TOKEN_1")
@NEEDS
def test_credit(bench: Bench) -> None:
    tokens = bench.tokens
    digits = tokens.credit(_CREDIT_UNITS)
    with tokens.credit_moves(_CREDIT_UNITS):
        tokens.expect_accepted(tokens.enter(digits, "gateway"))
    payment = Payment(bench)
    gateway = payment.one(GATEWAY)
    shown = payment.read(gateway, 2).value
    packed = int(digits).to_bytes(9, "big")
    bench.check(
        shown in (digits.encode(), packed, packed[-9:]),
        Message("attribute 2 is the token that came"),
    )
    when = payment.read(gateway, 3).value
    instant = CosemDateTime.from_bytes(when if isinstance(when, bytes) else b"").to_utc(0)
    bench.check(
        abs(instant - bench.utc()) < _HOUR + timedelta(days=1),
        Message("attribute 3 is the time of entry"),
    )
    delivery = payment.number(gateway, 5)
    bench.check(
        delivery == TokenDeliveryMethod.REMOTE,
        Message("the delivery is remote (0), seen {delivery}", delivery=delivery),
    )
    check_status(bench, TokenStatusCode.TOKEN_EXECUTION_OK)


@case(
    id="dlms/PPAY_TOKEN_2/management",
    title=Message("Management tokens by the gateway"),
    stimulus=Message("Hand the gateway a power limit of 0 W and a clearing of the credit."),
    requirement=Message("Both are executed (3) and the credit is zero."),
)
@clause("PPAY_TOKEN_2")
@NEEDS
def test_management(bench: Bench) -> None:
    tokens = bench.tokens
    for token in (
        SetMaximumPowerLimit(_RND, tokens.tid(), 0),
        ClearCredit(_RND, tokens.tid(), 0),
    ):
        tokens.expect_accepted(tokens.enter(tokens.mint.token(token), "gateway"))
        check_status(bench, TokenStatusCode.TOKEN_EXECUTION_OK)
    bench.check(tokens.credit_wh() == 0, Message("the credit is zero"))


@case(
    id="dlms/PPAY_TOKEN_3/test",
    title=Message("Test token by the gateway"),
    stimulus=Message("Hand the gateway the display test token."),
    requirement=Message("It is executed (3) and the credit does not change."),
)
@clause("PPAY_TOKEN_3")
@NEEDS
def test_test_token(bench: Bench) -> None:
    tokens = bench.tokens
    digits = tokens.mint.token(InitiateMeterTest(_TEST_DISPLAY))
    with tokens.credit_moves(0):
        tokens.expect_accepted(tokens.enter(digits, "gateway"))
        check_status(bench, TokenStatusCode.TOKEN_EXECUTION_OK)


@case(
    id="dlms/PPAY_TOKEN_4/keypad",
    title=Message("A typed token, seen at the gateway"),
    stimulus=Message("Type a token of 0.1 kWh and read attributes 2, 5 and 6 of the gateway."),
    requirement=Message("What it shows is noted: no source says that the gateway tells of what was typed."),
)
@clause("PPAY_TOKEN_4")
@NEEDS
@pytest.mark.needs("keypad")
def test_keypad(bench: Bench) -> None:
    tokens = bench.tokens
    digits = tokens.credit(1)
    tokens.must_accept(digits, "keypad")
    payment = Payment(bench)
    same = payment.read(payment.one(GATEWAY), 2).value == digits.encode()
    delivery = payment.number(payment.one(GATEWAY), 5)
    bench.informational(
        Message("it shows what was typed; delivery {delivery}", delivery=delivery)
        if same
        else Message("it does not show what was typed; delivery {delivery}", delivery=delivery)
    )


@case(
    id="dlms/PPAY_TOKEN_N1/format",
    title=Message("A malformed token"),
    stimulus=Message("Hand the gateway 19 digits."),
    requirement=Message("A format failure (4), and no credit."),
)
@clause("PPAY_TOKEN_N1")
@NEEDS
def test_format(bench: Bench) -> None:
    tokens = bench.tokens
    with tokens.credit_moves(0):
        tokens.expect_refused(tokens.enter(tokens.credit(_CREDIT_UNITS)[:-1], "gateway"))
        check_status(bench, TokenStatusCode.FORMAT_FAILURE)


@case(
    id="dlms/PPAY_TOKEN_N2/authentication",
    title=Message("A token of another key"),
    stimulus=Message("Hand over a token made with the key of another supply group."),
    requirement=Message("An authentication failure (5), no credit."),
)
@clause("PPAY_TOKEN_N2")
@NEEDS
def test_authentication(bench: Bench) -> None:
    tokens = bench.tokens
    tokens.tid()
    stranger = tokens.mint.register.varied(ti=(tokens.mint.register.ti + 1) % 100)
    with tokens.credit_moves(0):
        tokens.expect_refused(tokens.enter(tokens.credit(_CREDIT_UNITS, register=stranger), "gateway"))
        check_status(bench, TokenStatusCode.AUTHENTICATION_FAILURE)


@case(
    id="dlms/PPAY_TOKEN_N3/replay",
    title=Message("A repeated token"),
    stimulus=Message("Hand the same token over twice."),
    requirement=Message("The second time a validation failure (6)."),
)
@clause("PPAY_TOKEN_N3")
@NEEDS
def test_replay(bench: Bench) -> None:
    tokens = bench.tokens
    digits = tokens.credit(1)
    tokens.must_accept(digits, "gateway")
    with tokens.credit_moves(0):
        tokens.expect_refused(tokens.enter(digits, "gateway"))
        check_status(bench, TokenStatusCode.VALIDATION_FAILURE)


@case(
    id="dlms/PPAY_TOKEN_N4/old",
    title=Message("A token older than all"),
    stimulus=Message("Keep a token back, hand sixty later ones over and then the one kept back."),
    requirement=Message("A validation failure (6), and no credit."),
)
@clause("PPAY_TOKEN_N4")
@NEEDS
def test_old(bench: Bench) -> None:
    tokens = bench.tokens
    kept_back = tokens.credit(1)
    for _ in range(_MORE_THAN_REMEMBERED):
        tokens.must_accept(tokens.credit(1), "gateway")
    with tokens.credit_moves(0):
        tokens.expect_refused(tokens.enter(kept_back, "gateway"))
        check_status(bench, TokenStatusCode.VALIDATION_FAILURE)


@case(
    id="dlms/PPAY_TOKEN_N5/execution",
    title=Message("A token that does not fit"),
    stimulus=Message("Hand over a credit token of 1 800 000 kWh, more than the register holds."),
    requirement=Message("An execution failure (7), and no credit; where it fits there is nothing to judge."),
)
@clause("PPAY_TOKEN_N5")
@NEEDS
def test_execution(bench: Bench) -> None:
    tokens = bench.tokens
    before_wh = tokens.credit_wh()
    answer = tokens.enter(tokens.credit(_TOO_MUCH_UNITS), "gateway")
    if answer.accepted:
        tokens.must_accept(tokens.mint.token(ClearCredit(_RND, tokens.tid(), 0)))
        raise bench.not_applicable(Message("it fits"))
    check_status(bench, TokenStatusCode.TOKEN_EXECUTION_FAILURE)
    bench.check(tokens.credit_wh() == before_wh, Message("the credit does not change"))
