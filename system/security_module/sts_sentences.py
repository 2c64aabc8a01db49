"""Sentences of `protocols.sts` in Spanish, one pattern each: protocols speak English only.

The security module answers in both, and the commands use the same table.
"""

import re

from system.security_module.refusals import Words

_SPANISH: tuple[tuple[str, str], ...] = (
    (r"the input (\w+) is missing", r"falta el dato \1"),
    (r"the inputs need tid or issue_time_utc", "falta la hora (--time) o el identificador del token (--tid)"),
    (r"the inputs need meter_pan or drn", "falta el medidor: --pan o --drn"),
    (r"the input (\w+) must be a whole number, not (.*)", r"el dato \1 debe ser un número entero, no \2"),
    (r"the input (\w+) must be 0 or 1, not (.*)", r"el dato \1 debe ser 0 o 1, no \2"),
    (r"the input (\w+) must be digits, not (.*)", r"el dato \1 debe constar de dígitos, no \2"),
    (r"the input new must be an object", "el dato new debe ser un objeto"),
    (r"the base date must be 1993, 2014 or 2035, not (.*)", r"la fecha base es 1993, 2014 o 2035, no \1"),
    (r"the key type must be 0 to 3, not (.*)", r"el tipo de clave va de 0 a 3, no \1"),
    (r"the (vending|decoder) key must be hexadecimal text", "la clave debe ser texto hexadecimal"),
    (r"a vending key has 8 or 20 bytes, not (\d+)", r"una clave de venta tiene 8 o 20 bytes, no \1"),
    (
        r"(DKGA0\d) needs a vending key of (\d+) bytes, not (\d+)",
        r"\1 pide una clave de venta de \2 bytes, no \3",
    ),
    (
        r"byte (\d+) of the vending key has even parity; .*",
        r"el byte \1 de la clave de venta tiene paridad par; DKGA02 pide paridad impar en todos",
    ),
    (
        r"(DRN|MeterPAN) (\d+) has a wrong check digit: (\d) would fit",
        r"\1 \2: dígito de control errado, sería \3",
    ),
    (r"an SGC has 6 digits, not (\d+): (.*)", r"un SGC tiene 6 dígitos, no \1: \2"),
    (r"a DRN has 11 or 13 digits, not (\d+): (.*)", r"un DRN tiene 11 o 13 dígitos, no \1: \2"),
    (r"a MeterPAN has 18 digits, not (\d+): (.*)", r"un MeterPAN tiene 18 dígitos, no \1: \2"),
    (r"(?:an? |the )?([\w ]+) is (\d+) to (\d+), not (-?\d+)", r"\1 va de \2 a \3, no \4"),
    (
        r"the vending key has expired: TID (\d+) lies past KEN (.*)",
        r"la clave de venta venció: el TID \1 pasa del KEN \2",
    ),
    (r"an amount cannot be negative: (-?\d+)", r"una cantidad no puede ser negativa: \1"),
    (
        r"an amount of (\d+) units is above the largest that a token holds, (\d+)",
        r"una cantidad de \1 unidades supera la mayor de un token, \2",
    ),
    (r"an amount of money .*", "el valor en dinero debe ser un número decimal que quepa en un token"),
    (
        r"issue_time_utc must be a time such as (\S+), not (.*)",
        r"la hora se escribe como \1, no \2",
    ),
    (
        r"(\S+) lies outside the 24-bit TID of base date (\d+)",
        r"\1 cae fuera del TID de 24 bits de la fecha base \2",
    ),
    (r"EA(\d+) .*", r"el algoritmo de cifrado EA\1 no se admite; use EA07 o EA11"),
    (r"DKGA02 makes 64-bit keys for EA07 only, .*", "DKGA02 solo hace claves para EA07; use DKGA04"),
    (
        r"DKGA04 for a common key .*",
        "DKGA04 con clave común (KT 3) no se admite: ningún vector publicado la fija",
    ),
    (r"DKGA(\d+) .*", r"el algoritmo de generación de claves DKGA\1 no se admite; use DKGA02 o DKGA04"),
    (r"a key change cannot .*", "un cambio de clave no puede cambiar el algoritmo de cifrado"),
    (r"a token has 20 decimal digits, not .*", "un token tiene 20 dígitos decimales"),
    (
        r"(\d+) is above 2\^66-1, the largest token",
        r"\1 pasa de 2^66-1, el mayor token; el medidor dice FormatError",
    ),
    (
        r"an amount of currency is at most (\d+) units of 1e-5, not more",
        r"una cantidad en dinero llega a lo sumo a \1 unidades de 1e-5",
    ),
    (r"clearing the tamper condition takes no value", "borrar la condición de fraude no lleva valor"),
    (
        r"a manufacturer code above 99 takes subclass 1",
        "un código de fabricante mayor que 99 va en la subclase 1",
    ),
)


def in_spanish(sentence: str) -> str:
    """The Spanish twin of an STS sentence; the sentence itself where it has none."""
    for pattern, spanish in _SPANISH:
        if found := re.fullmatch(pattern, sentence, re.DOTALL):
            return found.expand(spanish)
    return sentence


def sts_words(error: Exception) -> Words:
    """The sentence of an STS error in both languages."""
    return Words(in_spanish(str(error)), str(error))
