"""What messages say: Spanish, in the letters of GSM 03.38, at most 160 of them. Never a document number.

Source: 3GPP TS 23.038, 6.2.1 (the basic letters; those of the extension table are not used)
"""

import unicodedata
from collections.abc import Mapping

LETTERS_MAX = 160
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

#: Template -> text. `provider` and `name` of what is told are shortened to fit.
TEMPLATES: Mapping[str, str] = {
    "token": "{provider}: recarga de {kwh} kWh por {pesos}. Medidor {drn}. Digite{step} {digits}. "
    "Sirve una vez.",
    "accepted": "{provider}: su recarga de {kwh} kWh por {pesos} ya está en el medidor {drn}. "
    "No hay que digitar nada.",
    "used": "{provider}: la recarga de {kwh} kWh por {pesos} ya había sido digitada en el medidor {drn}.",
    "failed": "{provider}: no pudimos enviar la recarga al medidor {drn}. Digite{step} {digits}.",
}


def gsm(text: str) -> str:
    """The text in basic letters: accents that GSM lacks fall off, what has no likeness becomes ``?``.

    >>> gsm("Teoramá: ñandú «€»")
    'Teorama: ñandu ???'
    """
    return "".join(map(_letter, text))


def compose(template: str, *, provider: str, **said: str) -> str:
    """A message of at most `LETTERS_MAX` letters; the provider's name gives way.

    Raises:
        ValueError: it is too long even without that name: a template of ours is wrong.
    """
    pattern = TEMPLATES[template]
    bare = gsm(pattern.format(provider="", **said))
    room = LETTERS_MAX - len(bare)
    if room < 0:
        raise ValueError(f"the message {template} has {len(bare)} letters")
    return gsm(pattern.format(provider=gsm(provider)[:room].strip(), **said))


def _letter(letter: str) -> str:
    if letter in _BASIC and letter not in "\r\n":
        return letter
    plain = unicodedata.normalize("NFKD", letter)[:1]
    return plain if plain in _BASIC and plain not in "\r\n" and plain else "?"
