"""Recorder of the case under way: frames, steps and measurements, bounded in memory.

The whole of what a case shows passes through here, so that the record of a verdict is made by the same
calls that make the verdict.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from conformance.evidence.model import FrameRecord, Measurement, Step
from i18n import Message
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.errors import DlmsError
from protocols.dlms.hdlc.frame import FLAG, decode_frame
from protocols.dlms.xdlms.action import ActionRequestNormal, ActionResponseNormal
from protocols.dlms.xdlms.descriptors import AttributeReference
from protocols.dlms.xdlms.get import GetRequestNormal, GetResponseNormal
from protocols.dlms.xdlms.set import SetRequestNormal, SetResponseNormal

#: One case keeps at most so many frames and steps; what comes after is counted, not kept.
MAX_FRAMES = 4000
MAX_STEPS = 2000
#: A frame longer than this is cut in the record. The largest that DLMS makes is 64 KiB with its wrapper.
MAX_FRAME_BYTES = 70_000

Kind = Literal["stimulus", "observation", "check", "note"]
Direction = Literal["tx", "rx"]


class Recorder:
    """Keeps one case at a time; `begin` empties it.

    Args:
        now_s: device time since the run began, in seconds.
        summarise: the few words that a list of frames shows beside the bytes.
    """

    def __init__(
        self, now_s: Callable[[], float], summarise: Callable[[bytes], str] = lambda _raw: ""
    ) -> None:
        self._now_s = now_s
        self._summarise = summarise
        self.begin()

    def begin(self) -> None:
        """Forget the case before and start a new one."""
        self._frames: list[FrameRecord] = []
        self._steps: list[Step] = []
        self._measurements: list[Measurement] = []
        self._lost_frames = 0
        self._claimed = 0  # frames up to here belong to earlier steps
        self._began_s = self._now_s()

    @property
    def frames(self) -> tuple[FrameRecord, ...]:
        """Every frame kept, in order."""
        return tuple(self._frames)

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """Every number read."""
        return tuple(self._measurements)

    @property
    def duration_s(self) -> float:
        """Device time since the case began."""
        return round(self._now_s() - self._began_s, 6)

    def steps(self) -> tuple[Step, ...]:
        """Every step, with a closing note where frames had to be dropped."""
        if not self._lost_frames:
            return tuple(self._steps)
        n = self._lost_frames
        note = Message("{n} more frames were not kept", n=n)
        return (*self._steps, Step("note", note, self._time_s()))

    def frame(self, direction: Direction, raw: bytes) -> None:
        """One transmission on the device's link."""
        if len(self._frames) >= MAX_FRAMES:
            self._lost_frames += 1
            return
        kept = raw[:MAX_FRAME_BYTES]
        self._frames.append(FrameRecord(direction, kept.hex(), self._time_s(), self._summarise(kept)))

    def step(self, kind: Kind, text: Message, passed: bool | None = None) -> None:
        """One thing done or seen.

        What is seen claims the frames since the step before; what is about to be done does not: the
        frames before it belong to no step.
        """
        if len(self._steps) >= MAX_STEPS:
            return
        begin, end = self._claimed, len(self._frames)
        self._claimed = end
        spans = (begin, end) if end > begin and kind != "stimulus" else (None, None)
        self._steps.append(Step(kind, text, self._time_s(), passed, *spans))

    def measure(self, name: str, value: object, unit: str) -> None:
        """A number that was read; kept as text so that no digit is lost."""
        self._measurements.append(Measurement(name, str(value), unit))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Inside, nothing is recorded: for the work of the bench between cases."""
        kept = (self._frames, self._steps, self._measurements, self._lost_frames, self._claimed)
        self._frames, self._steps, self._measurements = [], [], []
        try:
            yield
        finally:
            self._frames, self._steps, self._measurements, self._lost_frames, self._claimed = kept

    def _time_s(self) -> float:
        return round(self._now_s(), 6)


# ---------------------------------------------------------------- summaries of frames

_WRAPPER_HEADER = 8
_LLC = (bytes.fromhex("e6e600"), bytes.fromhex("e6e700"))


def summarise(raw: bytes) -> str:
    """Summary of a frame, empty where it is not understood: a record never fails on strange bytes."""
    try:
        return _summarise_hdlc(raw) if raw[:1] == bytes((FLAG,)) else _summarise_apdu(raw[_WRAPPER_HEADER:])
    except DlmsError:
        return ""


def _summarise_hdlc(raw: bytes) -> str:
    frame = decode_frame(raw)
    words = str(frame.control)
    if frame.information[:3] in _LLC and not frame.segmented:
        return f"{words}: {_summarise_apdu(frame.information[3:])}"
    return words


def _summarise_apdu(raw: bytes) -> str:
    apdu = decode_apdu(raw)
    detail = getattr(apdu, "summary", None) or _detail(apdu)
    return f"{apdu.name} {detail}".strip()


def _detail(apdu: object) -> str:
    """Detail of the commonest services: an attribute, a method, a short value, a result."""
    match apdu:
        case GetRequestNormal(reference=AttributeReference(attribute=asked)):
            return f"{asked.class_id} {asked.instance} {asked.attribute}"
        case SetRequestNormal(reference=AttributeReference(attribute=asked)):
            return f"{asked.class_id} {asked.instance} {asked.attribute}"
        case ActionRequestNormal(method=asked):
            return f"{asked.class_id} {asked.instance} {asked.method}"
        case GetResponseNormal(result=Data(value=int(value))):
            return f"= {value}"
        case GetResponseNormal(result=DataAccessResult() as refused) | SetResponseNormal(result=refused):
            return refused.label
        case ActionResponseNormal(outcome=outcome):
            return outcome.result.label
    return ""
