"""A client and a server joined by a wire that may lose or spoil octets."""

from collections.abc import Callable

import pytest

from protocols.dlms.framing import ApduReceived, Event, Framing

Spoil = Callable[[bytes], bytes]


class Wire:
    """Carries octets between two framings until both are silent; the server answers by `answer`."""

    def __init__(
        self,
        client: Framing,
        server: Framing,
        answer: Callable[[bytes], bytes | None] = lambda apdu: apdu[::-1],
    ) -> None:
        self.client, self.server, self.answer = client, server, answer
        self.now_s = 0.0
        self.client_events: list[Event] = []
        self.server_events: list[Event] = []
        self.spoil_up: Spoil = lambda data: data
        self.spoil_down: Spoil = lambda data: data
        self.log: list[tuple[str, bytes]] = []

    def pump(self, rounds: int = 2_000) -> None:
        for _ in range(rounds):
            up = self.client.data_to_send()
            if not up:
                return
            self.log.append(("tx", up))
            self._serve(self.server.receive_data(self.spoil_up(up), self.now_s))
            down = self.server.data_to_send()
            if down:
                self.log.append(("rx", down))
                self.client_events += self.client.receive_data(self.spoil_down(down), self.now_s)
        raise AssertionError("client and server never fall silent")

    def _serve(self, events: list[Event]) -> None:
        self.server_events += events
        for event in events:
            answer = self.answer(event.apdu) if isinstance(event, ApduReceived) else None
            if answer is not None:
                self.server.send_apdu(
                    answer, client_sap=event.client_sap, server_sap=event.server_sap, now_s=self.now_s
                )

    def wait(self, until_s: float) -> None:
        """Let time pass on both sides, deadline by deadline."""
        while True:
            self.pump()
            due = [side.next_deadline() for side in (self.client, self.server)]
            nearest = min((one for one in due if one is not None), default=None)
            if nearest is None or nearest > until_s:
                self.now_s = until_s
                return
            self.now_s = max(self.now_s, nearest)
            self.client_events += self.client.handle_timeout(self.now_s)
            self._serve(self.server.handle_timeout(self.now_s))

    def request(self, apdu: bytes) -> list[bytes]:
        """Send an APDU; what the client got since."""
        before = len(self.client_events)
        self.client.send_apdu(apdu, client_sap=16, server_sap=1, now_s=self.now_s)
        self.pump()
        return [event.apdu for event in self.client_events[before:] if isinstance(event, ApduReceived)]

    def delivered(self) -> list[bytes]:
        """What the server got so far."""
        return [event.apdu for event in self.server_events if isinstance(event, ApduReceived)]


@pytest.fixture(scope="session")
def wire():
    """Makes a `Wire`."""
    return Wire
