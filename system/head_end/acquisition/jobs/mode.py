"""Prepayment or credit: the payment mode of the account, changed where it has to be, and read back.

Source: IEC 62056-6-2, Account (attribute 2); requirement R4.1-04
"""

from collections.abc import Mapping

from protocols.dlms import axdr
from protocols.dlms.cosem.enumerations import PaymentMode
from protocols.dlms.cosem.payment import Account
from protocols.dlms.errors import DecodeError
from system.head_end.acquisition.jobs.endings import Attempt, Ending, done, impossible, refused
from system.head_end.acquisition.talk import Talk
from system.head_end.desk import OrderWork
from system.head_end.vocabulary import Reason

ACCOUNT = "0.0.19.0.0"
_MODE_AND_STATUS = 2
#: As orders name it -> as the class does.
MODES: Mapping[str, PaymentMode] = {"prepaid": PaymentMode.PREPAYMENT, "postpaid": PaymentMode.CREDIT}
_NAMES = {mode: name for name, mode in MODES.items()}


async def read_mode(talk: Talk) -> tuple[int, int]:
    """Mode and status of the account.

    Raises:
        DlmsError: the meter does not tell.
    """
    found = await talk.session.get(Account, ACCOUNT, _MODE_AND_STATUS)
    parts = found.value if isinstance(found.value, tuple) else ()
    numbers = [part.value for part in parts if isinstance(part.value, int)]
    if len(numbers) != 2:
        raise DecodeError("account: mode and status are expected")
    return numbers[0], numbers[1]


async def change_mode(talk: Talk, order: OrderWork, attempt: Attempt) -> Ending:
    """Change the mode, once, and tell what it is after.

    Raises:
        Exception: one of `reasons.DEVICE_FAULTS`.
    """
    wanted = MODES.get(str(order.parameters.get("mode")))
    if wanted is None:
        return impossible(f"mode must be one of {', '.join(MODES)}")
    mode, status = await read_mode(talk)
    attempt.evidence["before"] = {"mode": _name(mode)}
    if mode == wanted:
        return done({"mode": _name(mode), "already": True})
    attempt.acted = True
    value = axdr.structure(axdr.enum(wanted), axdr.enum(status))
    await talk.session.set(Account, ACCOUNT, _MODE_AND_STATUS, value)
    mode, _ = await read_mode(talk)
    result = {"mode": _name(mode), "already": False}
    if mode != wanted:
        return refused(Reason.STATE_NOT_REACHED, "it was taken, and changed nothing", result)
    return done(result)


def _name(mode: int) -> str:
    return _NAMES.get(PaymentMode(mode), str(mode)) if mode in list(PaymentMode) else str(mode)
