"""What travels between the customer unit and the meter. Values only: a real link could carry them."""

from dataclasses import dataclass

#: One screen: at most two lines of sixteen characters.
Page = tuple[str, ...]

LINE_LENGTH = 16
LINES = 2


@dataclass(frozen=True, slots=True)
class Show:
    """Meter to unit: show these pages one after the other, then the idle page again.

    Args:
        pages: one or more screens.
        page_s: how long each stays.
        result: the standard's bare name of a token's result, for a bench that reads the unit; else None.
        beep_s: how long the sounder sounds.
    """

    pages: tuple[Page, ...]
    page_s: int
    result: str | None = None
    beep_s: int = 0


@dataclass(frozen=True, slots=True)
class Lamps:
    """Meter to unit: the three lamps.

    Args:
        comms: the meter is talking to somebody.
        alarm: a tamper condition stands.
        credit: there is credit to use.
    """

    comms: bool = False
    alarm: bool = False
    credit: bool = False


@dataclass(frozen=True, slots=True)
class Display:
    """What a person in front of the unit sees and hears now."""

    lines: Page
    lamps: Lamps
    sounder: bool
    backlight: bool
    result: str | None = None
