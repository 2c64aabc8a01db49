"""Bench of one case: the fixture `bench` of every suite, with the device, its stations and token entry."""

from collections.abc import Iterator
from contextlib import contextmanager

from conformance.bench.device import DeviceBench
from conformance.bench.rig import Rig
from conformance.bench.token_entry import TokenEntry
from conformance.recorder import Recorder


class Bench(DeviceBench):
    """Everything that a case may do to the device; made anew for each case."""

    def __init__(self, rig: Rig, recorder: Recorder | None = None) -> None:
        super().__init__(rig, recorder)
        self.tokens = TokenEntry(self)

    @contextmanager
    def spare(self) -> Iterator["Bench"]:
        """A device for what cannot be undone: a second one of its kind where the bench can make one."""
        if self.rig.renew is None:
            yield self
            return
        rig = self.rig.renew()
        other = Bench(rig, self.recorder)
        try:
            other.begin()
            yield other
        finally:
            other.drop_link()
            rig.close()
