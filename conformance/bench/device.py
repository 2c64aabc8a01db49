"""Device under test and its stations, as one case reaches them, and the record of it as it happens.

Token entry stands on this module, and `conformance.bench.bench.Bench` on both.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, cast

from conformance.bench.dlms_session import Dialogue, Protection, client_security, make_session
from conformance.bench.initial_state import CaseStations
from conformance.bench.outcome import CaseFails, CaseInconclusive, CaseNotApplicable, Outcome
from conformance.bench.rig import Rig
from conformance.recorder import Recorder, summarise
from conformance.stations.interfaces import (
    AcSource,
    Carrier,
    Clock,
    Cover,
    Keypad,
    LoadStation,
    Magnet,
    Pause,
    PulseCounter,
)
from conformance.targets.load import Target
from conformance.targets.model import AssociationSection, SecuritySection, Statement
from conformance.verdicts import Verdict
from i18n import Message
from links.base import Link, LinkError
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.security import SendCounter
from protocols.dlms.session import DlmsSession


class DeviceBench:
    """Device and stations of one case over the one `Rig` of the run.

    `final_outcome`, when a case sets it through `informational` or `not_strictly`, is the verdict of a case
    that reaches its last line.

    Args:
        rig: of the run.
        recorder: of another bench whose case goes on here; None for a record of its own.
    """

    def __init__(self, rig: Rig, recorder: Recorder | None = None) -> None:
        self.rig = rig
        start_s = rig.memory.setdefault("start_s", rig.now_s())
        self.recorder = recorder or Recorder(lambda: rig.now_s() - start_s, summarise)
        self.duration_s = 0.0
        self.final_outcome: Outcome | None = None
        self.stations = CaseStations(rig, self.recorder)

    @property
    def target(self) -> Target:
        """The device under test."""
        return self.rig.target

    @property
    def statement(self) -> Statement:
        """Statement of the device: its declaration."""
        return self.rig.target.statement

    def begin(self) -> None:
        """Bring device and stations to where every case starts: energised, nominal supply, no load."""
        self.stations.restore_initial_state()

    def finish(self) -> None:
        """Note how long the case took, in device time; leave device and stations as every case finds them."""
        self.duration_s = self.recorder.duration_s
        self.stations.restore_initial_state()
        if not self.rig.lasting:
            self.drop_link()

    # ------------------------------------------------------------------ what a case says

    def stimulus(self, text: Message) -> None:
        """Record what is done to the device."""
        self.recorder.step("stimulus", text)

    def observe(self, text: Message) -> None:
        """Record what is seen."""
        self.recorder.step("observation", text)

    def note(self, text: Message) -> None:
        """Record what the reader should know."""
        self.recorder.step("note", text)

    def check(self, passed: bool, text: Message) -> None:
        """Record a requirement; where it does not hold the case fails here.

        Raises:
            CaseFails: `passed` is false.
        """
        self.recorder.step("check", text, bool(passed))
        if not passed:
            raise CaseFails(Message("not met: {requirement}", requirement=text))

    def informational(self, text: Message) -> None:
        """The case judges nothing: it only tells."""
        self.final_outcome = Outcome(Verdict.INFORMATIONAL, text)

    def not_strictly(self, text: Message) -> None:
        """The device does what matters, but not to the letter."""
        self.final_outcome = Outcome(Verdict.CONFORMS_NOT_STRICTLY, text)

    def inconclusive(self, text: Message) -> CaseInconclusive:
        """Raise what this returns where the bench cannot tell."""
        return CaseInconclusive(text)

    def not_applicable(self, text: Message) -> CaseNotApplicable:
        """Raise what this returns where the device has no such part."""
        return CaseNotApplicable(text)

    def measure(self, name: str, value: object, unit: str) -> None:
        """Record a number."""
        self.recorder.measure(name, value, unit)

    # ------------------------------------------------------------------ the device's link

    def link(self) -> Link:
        """The device's link, opened when there is none."""
        link = self.rig.memory.get("link")
        if link is None or link.closed:
            link = self.rig.memory["link"] = self.rig.open_device_link()
        return cast(Link, link)

    def drop_link(self) -> None:
        """Close the device's link: the next use opens another."""
        link = self.rig.memory.pop("link", None)
        if link is not None:
            link.close()

    @contextmanager
    def session(
        self,
        association: str = "public",
        *,
        secret: bytes | None = None,
        protection: Protection | None = None,
    ) -> Iterator[DlmsSession]:
        """A connected data link without association yet; the device is let go after, whatever happens.

        Args:
            association: of the target file.
            secret: instead of its own password.
            protection: where the association ciphers: other than authenticated and encrypted.
        """
        section = self.association_section(association)
        security = None
        if section.security is not None:
            counter = self.send_counter(section.security)
            security = client_security(section.security, counter, protection or Protection())
        session = make_session(
            self.link(),
            self.statement.link,
            section,
            self.recorder.frame,
            secret=secret,
            security=security,
            random_octets=self.random_octets,
        )
        dialogue = Dialogue(session)
        try:
            session.connect()
            yield session
        except LinkError:
            self.drop_link()
            raise
        finally:
            dialogue.close()
            if not self.rig.lasting:
                self.drop_link()

    @contextmanager
    def associated(
        self, association: str = "reader", *, protection: Protection | None = None
    ) -> Iterator[Dialogue]:
        """An open association."""
        with self.session(association, protection=protection) as session:
            session.associate()
            yield Dialogue(session)

    def association_section(self, name: str) -> AssociationSection:
        """An association of the target file."""
        found = self.statement.associations.get(name)
        if found is None:
            raise self.not_applicable(Message("no {name} association", name=name))
        return found

    def send_counter(self, security: SecuritySection) -> SendCounter:
        """The client's invocation counter, above whatever the device has taken already."""
        kept: SendCounter | None = self.rig.memory.get("send_counter")
        lowest = security.first_counter if kept is None else kept.next_value
        if security.invocation_counter is not None and "public" in self.statement.associations:
            with suppress(RemoteProtocolError, CaseFails), self.associated("public") as dialogue:
                lowest = max(lowest, dialogue.integer(1, security.invocation_counter, 2) + 1)
        counter = self.rig.memory["send_counter"] = SendCounter(lowest)
        return counter

    def random_octets(self, count: int) -> bytes:
        """Octets for challenges and keys: the same in every run on a simulated device, else unforeseeable."""
        return self.rig.random_octets(count)

    # ------------------------------------------------------------------ stations

    def has(self, station: str) -> bool:
        """True if the target has this station."""
        return station in self.rig.stations.stations

    @property
    def keypad(self) -> Keypad:
        """The customer unit."""
        return cast(Keypad, self._station("keypad"))

    @property
    def carrier(self) -> Carrier:
        """The local virtual token carrier."""
        return cast(Carrier, self._station("carrier"))

    @property
    def source(self) -> AcSource:
        """The supply's voltage and frequency."""
        return cast(AcSource, self._station("source"))

    @property
    def load(self) -> LoadStation:
        """The load; set it through `stations.load`, which remembers."""
        return cast(LoadStation, self._station("load"))

    @property
    def pulses(self) -> PulseCounter:
        """The pick-up on the metrology outputs."""
        return cast(PulseCounter, self._station("pulses"))

    @property
    def cover(self) -> Cover:
        """The covers."""
        return cast(Cover, self._station("cover"))

    @property
    def magnet(self) -> Magnet:
        """The magnet."""
        return cast(Magnet, self._station("magnet"))

    @property
    def pause(self) -> Pause:
        """The silence of the device."""
        return cast(Pause, self._station("pause"))

    @property
    def clock(self) -> Clock:
        """Device time."""
        return self.rig.stations.clock

    def utc(self) -> datetime:
        """The present instant of the device's world."""
        return datetime.fromisoformat(self.clock.utc().replace("Z", "+00:00")).astimezone(UTC)

    def _station(self, name: str) -> Any:
        if not self.has(name):
            raise self.not_applicable(Message("no {name} station", name=name))
        return self.rig.stations.stations[name]
