"""Spoils what the meter sends: every n-th frame goes out with one bit turned over."""


class FrameSpoiler:
    """Stands between the meter's ports and the outside; until told otherwise it passes all on untouched.

    Attributes:
        every: spoil each so many-th frame, 1 or more; 0 spoils none.
        spoilt: how many it has spoilt.
    """

    __slots__ = ("_passed", "every", "spoilt")

    def __init__(self) -> None:
        self._passed = 0
        self.every = 0
        self.spoilt = 0

    def begin(self, every: int) -> None:
        """Spoil each `every`-th frame from now on.

        Raises:
            ValueError: it is below 1.
        """
        if every < 1:
            raise ValueError(f"each so many-th frame is 1 or more, not {every}")
        self.every, self._passed = every, 0

    def end(self) -> None:
        """Spoil no more."""
        self.every = 0

    def pass_on(self, frame: bytes) -> bytes:
        """`frame` as it leaves the meter."""
        if not self.every:
            return frame
        self._passed += 1
        if self._passed % self.every:
            return frame
        self.spoilt += 1
        middle = len(frame) // 2
        return frame[:middle] + bytes((frame[middle] ^ 0x01,)) + frame[middle + 1 :]
