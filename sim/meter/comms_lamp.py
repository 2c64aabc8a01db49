"""The lamp that shows traffic at the ports."""

from simpy import Environment

#: How long it shines after the last APDU, s.
SHINES_S = 2.0


class CommsLamp:
    """Shines for a moment after every APDU.

    Args:
        env: the world's event loop.
    """

    __slots__ = ("_env", "_until_s")

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._until_s = 0.0

    def note(self) -> None:
        """An APDU came."""
        self._until_s = self._env.now + SHINES_S

    def lit(self) -> bool:
        """Whether it shines now."""
        return bool(self._env.now < self._until_s)
