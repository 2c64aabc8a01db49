"""A head-end for tests in virtual time: greets a concentrator, pulls, acknowledges, takes pushes."""

from dataclasses import dataclass, field
from typing import Any

from protocols.field.errors import UplinkError
from protocols.field.uplink import Answer
from protocols.field.uplink_peer import Answered, Asked, UplinkHeadEnd
from sim.scenarios.field import FieldWorld

SECRET = "the shared secret of a test"


@dataclass
class FieldHeadEnd:
    """Keeps every row and event that was handed over, as often as it came.

    Args:
        world: whose; built with `SECRET` as the secret of its uplinks.
        name: of the concentrator.

    Attributes:
        rows: serial, profile and instant of each row.
        cursor: number of the newest row that was acknowledged.
        events: names and serials of the events that were pulled.
        pushed: types and bodies of what came unasked.
        lost: what the concentrator said it had to give up.
    """

    world: FieldWorld
    name: str = "concentrator"
    rows: list[tuple[str, str, int]] = field(default_factory=list)
    cursor: int = 0
    event_cursor: int = 0
    events: list[tuple[str, str]] = field(default_factory=list)
    pushed: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    lost: list[dict[str, Any]] = field(default_factory=list)
    _answers: dict[str, Answer] = field(default_factory=dict)
    _asked: int = 0

    def connect(self) -> bool:
        """Greet again on a new connection; whether it was let in."""
        self._end = UplinkHeadEnd(SECRET.encode(), "head-end", bytes(range(16)))
        self._line = self.world.port(self.name, "uplink").attach(self._take)
        self._end.greet()
        self._flush()
        self.run(2.0)
        return self._end.is_open

    def hang_up(self) -> None:
        """End the connection."""
        self._line.detach()

    def run(self, seconds: float) -> None:
        """Let the world move."""
        self.world.run(float(self.world.env.now) + seconds)

    def ask(self, name: str, body: dict[str, Any] | None = None, wait_s: float = 1.0) -> dict[str, Any]:
        """Ask and wait; raises KeyError where no answer came."""
        self._asked += 1
        number = f"h-{self._asked}"
        self._end.ask(number, name, body)
        self._flush()
        self.run(wait_s)
        return dict(self._answers[number].unwrap())

    def collect(self) -> bool:
        """One round: connect, pull and acknowledge everything; whether the concentrator could be reached."""
        try:
            if not self.connect():
                return False
            self._rows()
            self._events()
        except (KeyError, UplinkError):
            return False
        finally:
            self.hang_up()
        return True

    def instants(self, serial: str, profile: str = "1.0.99.1.0") -> list[int]:
        """Instants of the rows of a meter, as often as they came, s since 1970."""
        return sorted(at_s for whose, what, at_s in self.rows if (whose, what) == (serial, profile))

    def told(self, name: str) -> list[str]:
        """Serials of the events of a name."""
        return [serial for event, serial in self.events if event == name]

    def _rows(self) -> None:
        more = True
        while more:
            found = self.ask("readings.pull", {"after": self.cursor, "limit": 400})
            for batch in found["batches"]:
                self.rows += [(batch["serial"], batch["profile"], row[1]) for row in batch["rows"]]
            self.lost += found["lost"]
            self.cursor, more = found["next"], found["more"]
            self.ask("readings.acknowledge", {"through": self.cursor})

    def _events(self) -> None:
        more = True
        while more:
            found = self.ask("events.pull", {"after": self.event_cursor, "limit": 100})
            self.events += [(event["name"], event["serial"]) for event in found["events"]]
            self.event_cursor, more = found["next"], found["more"]
            self.ask("events.acknowledge", {"through": self.event_cursor})

    def _flush(self) -> None:
        self._line.send(self._end.data_to_send())

    def _take(self, data: bytes) -> None:
        for event in self._end.receive_data(data):
            if isinstance(event, Answered):
                self._answers[event.message.id] = event.answer
            elif isinstance(event, Asked):
                self.pushed.append((event.message.type_name, dict(event.message.body)))
                self._end.answer(event.message.id)
        self._flush()
