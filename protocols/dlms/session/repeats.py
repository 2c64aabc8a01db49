"""Which request may be asked again, and which answer is the second one to a question that was asked twice.

A read may be repeated: it changes nothing. While nothing of its answer came, the very same octets go out
again, under the same invoke-id, so that an answer that was merely slow is taken whichever of the two it
answers. Two things make a fresh request necessary: a block that came (the server has moved on in the
transfer), and ciphering (the same octets carry the same invocation counter: a replay, to be refused).

A write, a method, and above all a token is never repeated by a session. Silence does not say whether the
server carried it out: a token would be refused as used although it was credited, a charge be paid twice, a
switch thrown again. Who asked gets `OutcomeUnknown` and reads back before deciding.
"""

from collections import Counter

from protocols.dlms.xdlms.action import ActionResponseNormal
from protocols.dlms.xdlms.fields import INVOKE_ID_MASK
from protocols.dlms.xdlms.get import GetResponseNormal
from protocols.dlms.xdlms.set import SetResponseNormal

# Tags of plain answers; invoke-id-and-priority stands in their third octet.
_ANSWER_TAGS = frozenset({GetResponseNormal.tag, SetResponseNormal.tag, ActionResponseNormal.tag})
_INVOKE_OFFSET = 2


class Duplicates:
    """Answers that may still come to requests that were sent more than once and are answered already."""

    __slots__ = ("_expected",)

    def __init__(self) -> None:
        self._expected: Counter[int] = Counter()

    def sent_again(self, request: bytes, times: int) -> None:
        """`request` went out `times` more often than it was answered."""
        if times and len(request) > _INVOKE_OFFSET:
            self._expected[request[_INVOKE_OFFSET] & INVOKE_ID_MASK] += times

    def begins(self, request: bytes) -> None:
        """A new request goes out: what bears its invoke-id is its answer from now on."""
        if len(request) > _INVOKE_OFFSET:
            self._expected.pop(request[_INVOKE_OFFSET] & INVOKE_ID_MASK, None)

    def drop(self, answer: bytes) -> bool:
        """Tell whether `answer` is such a second answer; each is dropped once."""
        if len(answer) <= _INVOKE_OFFSET or answer[0] not in _ANSWER_TAGS:
            return False
        invoke_id = answer[_INVOKE_OFFSET] & INVOKE_ID_MASK
        if self._expected[invoke_id] <= 0:
            return False
        self._expected[invoke_id] -= 1
        return True

    def forget(self) -> None:
        """The link fell: nothing old can come."""
        self._expected.clear()
