"""Beacons the long way, an event for each frame: what `watch` must agree with."""

from typing import TYPE_CHECKING

from protocols.plc.prime.headers import BASE_SID
from sim.plc_channel.prime.beacons import Hearer, Plan, Source
from sim.plc_channel.prime.watch import Watch

if TYPE_CHECKING:
    from sim.plc_channel.prime.network import Network


class FrameByFrame(Watch):
    """The same, looking at every beacon of every node when its frame begins."""

    def __init__(self, network: "Network") -> None:
        super().__init__(network)
        self._life = 0

    def begin(self, source: Source) -> None:
        """A modem begins to send beacons; the base node's are the frames."""
        if source.sid == BASE_SID:
            self._life += 1
            self._frame_later(self._next_frame())
        super().begin(source)

    def _frame_later(self, frame: int) -> None:
        network, life = self.network, self._life
        at_s = network.clock.frame_s(frame)
        network.later(at_s - network.now_s, lambda: self._frame() if life == self._life else None)

    def _frame(self) -> None:
        frame = self.network.clock.frame(self.network.now_s)
        for hearer, plan in self._open_plans():
            if plan.frame <= frame:
                self._look(hearer, plan, frame)
        self._frame_later(frame + 1)

    def _look(self, hearer: Hearer, plan: Plan, frame: int) -> None:
        source = plan.source
        if source is None:
            super()._seek(hearer, Plan(None, frame))
            due = hearer.plan.due if hearer.plan else None
            if due is not None and due != frame:
                hearer.plan = Plan(None, frame + 1)
            return
        if source.first_from(frame) != frame:
            return
        missed = bool(hearer.draws(frame, frame + 1, 1, source.sid)[0] < plan.rate)
        plan.missed = plan.missed + 1 if missed else 0
        if plan.missed == self._limit:
            self._due(hearer, plan, frame, source.slot, hearer.on_lost)

    def _follow(self, hearer: Hearer, plan: Plan) -> None:
        plan.rate = self._rate(plan.source, hearer)
        hearer.plan = plan

    def _seek(self, hearer: Hearer, plan: Plan) -> None:
        """Looked for in each frame."""

    def _settle(self, hearer: Hearer, plan: Plan) -> None:
        """Counted in each frame."""
