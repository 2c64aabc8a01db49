"""What people type as money."""

from uuid import UUID, uuid4

from system.terminal.errors import TerminalRefused

_PESOS_DIGITS_MAX = 10


def centavos_of(text: str) -> int:
    """Pesos as typed, with or without dots, in centavos.

    >>> centavos_of("$ 10.000")
    1000000

    Raises:
        TerminalRefused: ``no-amount``.
    """
    digits = text.replace("$", "").replace(".", "").replace(" ", "").strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _PESOS_DIGITS_MAX):
        raise TerminalRefused("no-amount")
    return int(digits) * 100


def id_of(text: str) -> UUID:
    """The id that a page carried; a new one where it carried none that can be read."""
    try:
        return UUID(text)
    except ValueError:
        return uuid4()
