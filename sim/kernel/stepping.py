"""A world that the caller's thread owns: `Stepper` moves it, `SimLink` is a blocking link into it.

Nothing moves the world but a `receive`, a `run` or a control operation: tests are synchronous, months short.
"""

from links.base import Link
from sim.kernel.environment import FieldEnvironment
from sim.kernel.ports import Port

#: What may wait in a link for its reader; a device that floods a reader who never reads loses the rest.
INBOX_BYTES_MAX = 1 << 20


def advance(env: FieldEnvironment, until_s: float) -> None:
    """Move the world to `until_s`, with all that happens at that very instant; never backwards."""
    while env.peek() <= until_s:
        env.step()
    env.pass_to(until_s)


class SimLink(Link):
    """A link to a device's port in a world that the caller owns; `receive` moves the world.

    Sending costs no device time unless the port models its line's speed; `now_s` is the world's time.

    Args:
        env: the world's environment.
        port: the device's port.
        description: what a person should read in a message.
    """

    def __init__(self, env: FieldEnvironment, port: Port, description: str) -> None:
        super().__init__(description)
        self._env = env
        self._inbox = bytearray()
        self._attachment = port.attach(self._arrive)

    def now_s(self) -> float:
        """Device seconds since the world began."""
        return float(self._env.now)

    def _arrive(self, data: bytes) -> None:
        if len(self._inbox) + len(data) <= INBOX_BYTES_MAX:
            self._inbox += data

    def _send(self, data: bytes) -> None:
        self._attachment.send(data)

    def _receive(self, max_wait_s: float) -> bytes:
        deadline_s = self._env.now + max_wait_s
        while not self._inbox and self._env.peek() <= deadline_s:
            self._env.step()
        if not self._inbox:
            advance(self._env, deadline_s)
        data = bytes(self._inbox)
        self._inbox.clear()
        return data

    def _close(self) -> None:
        self._attachment.detach()
