"""Friendly names of tokens, for the command line."""

from amibench.errors import CommandError

KINDS: dict[str, tuple[int, int]] = {
    "electricity": (0, 0),
    "water": (0, 1),
    "gas": (0, 2),
    "time": (0, 3),
    "currency-electricity": (0, 4),
    "currency-water": (0, 5),
    "currency-gas": (0, 6),
    "currency-time": (0, 7),
    "display": (1, 0),
    "display-4": (1, 1),
    "extended-read": (1, 2),
    "power-limit": (2, 0),
    "clear-credit": (2, 1),
    "tariff-rate": (2, 2),
    "clear-tamper": (2, 5),
    "phase-unbalance": (2, 6),
    "water-factor": (2, 7),
    "extended-set": (2, 10),
}
"""Name -> class and subclass; display-4 is for meters with a 13-digit DRN. Key changes have a command."""

_TEXT = {
    "en": {
        "kind": "{name} is no kind of token; there are {known}",
        "which": "say which token: a kind such as electricity, --class and --subclass, or --file with both",
        "range": "a class is 0 to 3 and a subclass 0 to 15",
    },
    "es": {
        "kind": "{name} no es un tipo de token; están {known}",
        "which": "diga qué token: un tipo como electricity, o --class y --subclass, o --file con ambos",
        "range": "una clase va de 0 a 3 y una subclase de 0 a 15",
    },
}


def class_and_subclass(kind: str | None, token_class: object, subclass: object, lang: str) -> tuple[int, int]:
    """Which token is meant: by its name, or by its numbers.

    Raises:
        CommandError: an unknown name, numbers outside their range, or neither.
    """
    if kind is not None:
        if kind not in KINDS:
            known = ", ".join(KINDS)
            raise CommandError(_TEXT[lang]["kind"].format(name=ascii(kind)[1:-1], known=known))
        return KINDS[kind]
    if not isinstance(token_class, int) or not isinstance(subclass, int):
        raise CommandError(_TEXT[lang]["which"])
    if not (0 <= token_class <= 3 and 0 <= subclass <= 15):
        raise CommandError(_TEXT[lang]["range"])
    return token_class, subclass
