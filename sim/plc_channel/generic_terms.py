"""The terms of the generic wire."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GenericTerms:
    """How the wire is. The defaults are ours: a quiet PRIME network of few levels [I].

    Args:
        delay_s_min: s from the end of a transmission to its arrival, at least (queues, switches).
        delay_s_max: at most.
        loss: share of transmissions that get lost, 0 to below 1.
        retries: transmissions beyond the first before an LPDU is given up, 0 or more.
        retry_delay_s: s from one transmission to the next.
        rate_bit_s: bit/s that the wire carries; 0: time on the wire does not matter.
        registration_s: s that a node takes to register, from half to one and a half of it.
        lost_after_s: s of silence after which the base node gives a node up.

    Raises:
        ValueError: a value is out of range.
    """

    delay_s_min: float = 0.10
    delay_s_max: float = 0.40
    loss: float = 0.0
    retries: int = 3
    retry_delay_s: float = 0.5
    rate_bit_s: float = 20_000.0
    registration_s: float = 30.0
    lost_after_s: float = 300.0

    def __post_init__(self) -> None:
        if not 0 <= self.delay_s_min <= self.delay_s_max:
            raise ValueError("the delay must be 0 or more, and its minimum not above its maximum")
        if not 0 <= self.loss < 1:
            raise ValueError("the share of lost transmissions must be 0 to below 1")
        if min(self.retries, self.retry_delay_s, self.rate_bit_s, self.registration_s, self.lost_after_s) < 0:
            raise ValueError("retries, times and rate of a wire are 0 or more")
