"""Classes 115 and 116: the token gateway, and the STS attributes behind the keys.

The gateway serves the same token processor as the keypad: it shows keypad tokens too. This meter takes and
shows a token as its 20 decimal digits in ASCII. The standard leaves open what the status's data_value
holds; here it is one octet, the number of the result in `RESULT_NUMBERS`, and token_description carries the
result's bare name.

Source: IEC 62056-6-2, Token gateway; STS 101-2 (virtual token carrier over DLMS)
"""

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult
from protocols.dlms.cosem.enumerations import TokenDeliveryMethod, TokenStatusCode
from protocols.dlms.cosem.objects import AccessError, constant
from protocols.sts.acceptance import AuthenticationResult, Outcome, TokenResult, ValidationResult
from sim.meter.cosem.binding import NEVER, Bound, getter, time_octets
from sim.meter.cosem.requests import LiveParts
from sim.meter.payment.tokens import RESULT_NUMBERS, taken
from sim.meter.profile import ObjectTerms

# ------------------------------------------------------------ class 115


def status_code(outcome: Outcome) -> TokenStatusCode:
    """The step of the acceptance at which a token stopped, as class 115 names it."""
    if taken(outcome):
        return TokenStatusCode.TOKEN_EXECUTION_OK
    if outcome.result is TokenResult.FORMAT_ERROR:
        return TokenStatusCode.FORMAT_FAILURE
    if outcome.authentication not in (None, AuthenticationResult.AUTHENTIC):
        return TokenStatusCode.AUTHENTICATION_FAILURE
    if outcome.validation not in (None, ValidationResult.VALID):
        return TokenStatusCode.VALIDATION_FAILURE
    return TokenStatusCode.TOKEN_EXECUTION_FAILURE


def bind_gateway(live: LiveParts, _row: ObjectTerms) -> Bound:
    """The last token, and `enter`. A refused token is a result to be read, not a refused method."""
    processor, zone = live.parts.tokens, live.profile.deviation_minutes

    def token() -> Data:
        return axdr.octet_string(processor.last.digits.encode("ascii", "replace") if processor.last else b"")

    def time() -> Data:
        return axdr.octet_string(time_octets(processor.last.epoch_us, zone) if processor.last else NEVER)

    def description() -> Data:
        return axdr.array(
            *([axdr.octet_string(processor.last.outcome.name.encode("ascii"))] if processor.last else [])
        )

    def delivery() -> Data:
        return axdr.enum(processor.last.delivery if processor.last else TokenDeliveryMethod.REMOTE)

    def status() -> Data:
        if processor.last is None:
            return axdr.structure(axdr.enum(TokenStatusCode.FORMAT_OK), axdr.bit_string(""))
        outcome = processor.last.outcome
        number = RESULT_NUMBERS.get(outcome.name, 0)
        return axdr.structure(axdr.enum(status_code(outcome)), axdr.bit_string(f"{number:08b}"))

    def enter(parameter: Data | None) -> None:
        if parameter is None or not isinstance(parameter.value, bytes):
            raise AccessError(ActionResult.TYPE_UNMATCHED)
        live.requests.enter_token(parameter.value.decode("ascii", "replace"), TokenDeliveryMethod.REMOTE)

    return Bound(
        getters={
            2: getter(token),
            3: getter(time),
            4: getter(description),
            5: getter(delivery),
            6: getter(status),
        },
        methods={1: enter},
    )


# ------------------------------------------------------------ class 116

COMMODITY = b"Electricity"

#: Bytes of the decoder key -> how many sections a key change may have.
SECTIONS_MAX: dict[int, int] = {8: 3, 16: 4}


def bind_sts_attributes(live: LiveParts, _row: ObjectTerms) -> Bound:
    """The register is looked up at each reading: a key change replaces it as a whole."""
    processor = live.parts.tokens
    pan = processor.register.pan
    identity = axdr.structure(
        axdr.double_long_unsigned(int(pan.iin)),
        axdr.long64_unsigned(int(pan.drn)),
        axdr.unsigned(int(pan.pan[-1])),
    )

    def sections_max() -> Data:
        return axdr.unsigned(SECTIONS_MAX[len(processor.register.decoder_key.value)])

    return Bound(
        getters={
            2: constant(identity),
            3: constant(axdr.octet_string(COMMODITY)),
            4: getter(lambda: axdr.array(*(axdr.unsigned(code) for code in processor.carriers))),
            5: getter(lambda: axdr.unsigned(int(processor.register.ea))),
            6: getter(lambda: axdr.double_long_unsigned(int(processor.register.sgc))),
            7: getter(lambda: axdr.unsigned(processor.register.ti)),
            8: getter(lambda: axdr.unsigned(processor.register.krn)),
            9: getter(lambda: axdr.unsigned(int(processor.register.key_type))),
            10: getter(lambda: axdr.unsigned(processor.register.ken)),
            11: getter(sections_max),
            12: constant(axdr.octet_string(live.profile.sts.certificate.encode("ascii"))),
        }
    )
