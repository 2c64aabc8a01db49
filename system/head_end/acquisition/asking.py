"""Several attributes at once: what the meter refuses stands among the results, what the way loses does not.

An exception-response may be the meter's own (it cannot serve this attribute) or the concentrator's (it cannot
reach the meter). Only the first is an answer; taken for one, the second would say that a meter has no unit,
no serial, no switch.
"""

from collections.abc import Sequence

from protocols.dlms.codes import DataAccessResult
from protocols.dlms.session import AsyncDlmsSession
from protocols.dlms.session.engine import Target
from protocols.dlms.session_errors import AccessRefused, ExceptionAnswered
from protocols.dlms.xdlms.fields import Result
from system.head_end.acquisition.reasons import failure_of
from system.head_end.vocabulary import Reason


def is_answer(error: ExceptionAnswered) -> bool:
    """Whether the meter itself cannot serve what was asked."""
    return failure_of(error).reason is Reason.NOT_UNDERSTOOD


async def ask_many(session: AsyncDlmsSession, targets: Sequence[Target]) -> tuple[Result, ...]:
    """Read attributes, by one request where the meter takes lists, else one by one.

    Raises:
        DlmsError: the meter cannot be reached, or answers nonsense.
    """
    if len(targets) > 1 and session.engine.takes_lists:
        try:
            return await session.get_list(targets)
        except ExceptionAnswered as error:
            if not is_answer(error):
                raise
    return tuple([await _ask(session, target) for target in targets])


async def _ask(session: AsyncDlmsSession, target: Target) -> Result:
    try:
        return await session.get(*target)
    except AccessRefused as refusal:
        return refusal.result
    except ExceptionAnswered as error:
        if not is_answer(error):
            raise
        return DataAccessResult.OTHER_REASON
