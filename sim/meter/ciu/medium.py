"""The wire or the power line between meters and customer units: whoever is on it hears every frame.

A frame takes a time drawn between two bounds and gets lost with one probability for each listener, both from
the world's random streams. What one device sends keeps its order; what two send at a time does not collide.
An ideal medium delivers in the same call and draws no numbers.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from simpy import Environment

from sim.meter.ciu.terms import LinkTerms

if TYPE_CHECKING:
    from numpy.random import Generator

Listener = Callable[[bytes], None]
Send = Callable[[bytes], None]


class Medium:
    """One medium.

    Args:
        env: the world's event loop.
        terms: latency and loss.
        stream: where chance comes from; an ideal medium needs none.
        carries: False while no frame gets through at all, as on a dead line.

    Raises:
        ValueError: a medium that is not ideal has no stream.
    """

    __slots__ = ("_carries", "_env", "_listeners", "_stream", "_terms")

    def __init__(
        self, env: Environment, terms: LinkTerms, stream: "Generator | None", carries: Callable[[], bool]
    ) -> None:
        if stream is None and not terms.ideal:
            raise ValueError("a link with latency or loss needs a random stream")
        self._env = env
        self._terms = terms
        self._stream = stream
        self._carries = carries
        self._listeners: list[Listener] = []

    def attach(self, listener: Listener) -> Send:
        """A further device; `listener` is handed every frame of the others. What it returns sends."""
        self._listeners.append(listener)
        free_at_s = 0.0

        def send(raw: bytes) -> None:
            nonlocal free_at_s
            others = [other for other in self._listeners if other is not listener]
            if self._stream is None or self._terms.ideal:
                for other in others:
                    self.arrive(raw, other)
                return
            low_s, high_s = self._terms.latency_s_min, self._terms.latency_s_max
            free_at_s = max(free_at_s, self._env.now) + float(self._stream.uniform(low_s, high_s))
            for other in others:
                if self._stream.random() >= self._terms.loss:
                    self._arrive_at(free_at_s, raw, other)

        return send

    def arrive(self, raw: bytes, listener: Listener) -> None:
        """A frame reaches one listener, if the medium still carries it."""
        if self._carries():
            listener(raw)

    def _arrive_at(self, at_s: float, raw: bytes, listener: Listener) -> None:
        event = self._env.timeout(at_s - self._env.now)
        event.callbacks.append(lambda _event: self.arrive(raw, listener))
