"""The world's event loop: SimPy's, which can also let time pass in which nothing happens."""

from simpy import Environment


class FieldEnvironment(Environment):
    """A SimPy environment whose clock can be moved on between two events, at no cost.

    >>> env = FieldEnvironment()
    >>> env.pass_to(5.0)
    >>> env.now
    5.0
    """

    def pass_to(self, until_s: float) -> None:
        """Let the time until `until_s` pass; never backwards.

        Raises:
            ValueError: an event is due before.
        """
        if self.peek() < until_s:
            raise ValueError(f"an event is due at {self.peek()} s, before {until_s} s")
        self._now = max(self._now, until_s)

    def passed_to(self, until_s: float) -> bool:
        """`pass_to`, unless something is due by then; whether nothing was."""
        if self.peek() <= until_s:
            return False
        if until_s > self._now:
            self._now = until_s
        return True
