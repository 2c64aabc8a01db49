"""The local virtual token carrier: a token handed over at the meter's own port, without frames of its own.

The frames of IEC 62055-52 are not public, so there are none here: what stands in for them takes the 66 bits
of a token, or its 20 digits, and gives back what the three stages of the acceptance said. Behind it is the
desk that keypad and gateway serve, too.

Source: IEC 62055-52 (token carrier type 07), by its existence only
"""

from collections.abc import Callable
from dataclasses import dataclass

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from protocols.sts.token.carrier import TOKEN_MAX, to_digits
from sim.meter.tokens import TokenRecord

#: Takes digits in and answers with what became of them.
EnterToken = Callable[[str, TokenDeliveryMethod], TokenRecord]


@dataclass(frozen=True, slots=True)
class CarrierAnswer:
    """What the carrier gives back: the standard's bare names; None for a stage that was not reached."""

    token_result: str | None
    authentication_result: str | None
    validation_result: str | None


class VirtualCarrier:
    """The carrier of one meter.

    Args:
        enter_token: the meter's token desk.
    """

    __slots__ = ("_enter_token",)

    def __init__(self, enter_token: EnterToken) -> None:
        self._enter_token = enter_token

    def enter(self, token66: int) -> CarrierAnswer:
        """Hand over the 66 bits of a token.

        Raises:
            ValueError: it is not a number of 66 bits.
        """
        if not 0 <= token66 <= TOKEN_MAX:
            raise ValueError(f"a token has 66 bits, not {token66.bit_length()}")
        return self.enter_digits(to_digits(token66))

    def enter_digits(self, digits: str) -> CarrierAnswer:
        """Hand over a token as digits; malformed ones are a FormatError."""
        outcome = self._enter_token(digits, TokenDeliveryMethod.LOCAL).outcome
        return CarrierAnswer(
            outcome.result and outcome.result.value,
            outcome.authentication and outcome.authentication.value,
            outcome.validation and outcome.validation.value,
        )
