"""Waiting for an answer that may never come: in device time, and on a served world without the wall's."""

from conformance.bench.bench import Bench
from links.base import Link

#: What a served world sent has arrived here after this long, and what was sent to it there.
_SETTLE_S = 0.3


def hear(bench: Bench, link: Link) -> bytes:
    """The octets that come within the device's response time; empty for silence.

    A served world is moved to the end of that time at once, so that silence costs no minutes of the wall.
    """
    patience_s = bench.statement.link.response_timeout_s
    if bench.statement.link.clock != "served" or patience_s <= _SETTLE_S:
        return link.receive(patience_s)
    answer = link.receive(_SETTLE_S)
    if not answer:
        bench.clock.wait(patience_s)
        answer = link.receive(_SETTLE_S)
    return answer
