"""Refusals of the office behind terminals: one Spanish sentence each."""


class OfflineRefused(Exception):
    """Refused: nothing was kept.

    Args:
        sentence: why.
        field: of a form that it belongs to; empty: none.
    """

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class ForkFound(OfflineRefused):
    """A batch tells another story than was settled: it is kept as evidence and the terminal is suspended."""
