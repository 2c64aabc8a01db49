"""Tokens that must be refused: damaged, foreign or beyond the device, and the reason that each deserves."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from conformance.bench.mint import Register, raw_token
from protocols.sts.crc import currency_token_crc, token_crc
from protocols.sts.errors import StsError
from protocols.sts.token import Token, decode_token

if TYPE_CHECKING:
    from conformance.bench.bench import Bench

Checksum = Callable[[int, int], int]

#: The two checksums by name: of every token, and of credit in currency.
PLAIN_CRC: Checksum = token_crc
CRC_C: Checksum = currency_token_crc


def closed_by(token: Token, checksum: Checksum, register: Register, *, flip: int = 0) -> str:
    """The digits of `token`, closed by this checksum, whichever belongs to it.

    Args:
        token: what the block says.
        checksum: `PLAIN_CRC` or `CRC_C`.
        register: under whose key.
        flip: bits of the checksum to turn over.
    """
    content48 = token.token_subclass << 44 | token.content44()
    crc = checksum(token.token_class, content48) ^ flip
    return raw_token(token.token_class, content48, crc, register.key())


def deserved(digits: str, register: Register) -> tuple[str, ...] | None:
    """Why digits must be refused, derived from their block.

    Returns:
        The names that fit, () for any refusal, None where the digits happen to be a good token.
    """
    try:
        decoded = decode_token(digits, register.key())
    except StsError:
        return ("FormatError",)  # above 2^66-1: no token at all
    if decoded.crc_ok and decoded.token is not None:
        return None
    return ("CRCError",) if decoded.token_class < 3 and not decoded.crc_ok else ()


def keeps_tid(bench: "Bench", make: Callable[[int], Token | str], *names: str) -> None:
    """Check that a token is refused as one of `names` without any effect: its TID still serves a good one.

    Args:
        bench: of the case.
        make: the token for a TID, or its digits.
        names: results of the standard.
    """
    desk = bench.tokens
    tid = desk.tid()
    made = make(tid)
    with desk.credit_moves(0):
        desk.expect(desk.enter(made if isinstance(made, str) else desk.mint.token(made)), *names)
    with desk.credit_moves(1):
        desk.expect_accepted(desk.enter(desk.credit(1, tid=tid)))


def function_or_kept_tid(bench: "Bench", make: Callable[[int], Token], es: str, en: str) -> None:
    """Check a token that not every meter can carry out: done, or FunctionError and the TID kept.

    Args:
        bench: of the case.
        make: the token for a TID.
        es: what it is, in Spanish.
        en: what it is, in English.
    """
    desk = bench.tokens
    tid = desk.tid()
    with desk.credit_moves(0):
        answer = desk.enter(desk.mint.token(make(tid)))
        desk.expect(answer, "FunctionError", "Accept")
    if answer.accepted:
        bench.note(f"este medidor tiene {es}", f"this meter has {en}")
        return
    with desk.credit_moves(1):
        desk.expect_accepted(desk.enter(desk.credit(1, tid=tid)))
