"""Display of a token and its fields as a tree, each field and result with its name in both languages."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from amibench.commands.sts.options import grouped

FIELDS: dict[str, tuple[str, str]] = {
    "rnd": ("RND, random bits that no meter checks", "RND, bits aleatorios que ningún medidor comprueba"),
    "tid": ("TID, minutes since the base date", "TID, minutos desde la fecha base"),
    "issue_time_utc": ("time of issue, UTC", "hora de emisión, UTC"),
    "field16": ("16-bit field as transmitted, hexadecimal", "campo de 16 bits transmitido, hexadecimal"),
    "exponent": ("exponent of the amount", "exponente de la cantidad"),
    "mantissa": ("mantissa of the amount", "mantisa de la cantidad"),
    "decoded_units": (
        "amount after coding (rounded up)",
        "cantidad tras la codificación (redondeada arriba)",
    ),
    "amount_units": ("amount that the meter credits", "cantidad que el medidor acredita"),
    "unit": ("unit of the amount", "unidad de la cantidad"),
    "sign": ("sign: 1 takes credit away", "signo: 1 quita crédito"),
    "transfer_units_1e5": ("amount in 10⁻⁵ of the currency", "valor en 10⁻⁵ de la moneda"),
    "amount_base_currency": ("amount in the base currency", "valor en la moneda base"),
    "power_w": ("limit, W", "límite, W"),
    "register": (
        "register to clear (0-3 electricity, water, gas, time; 4-7 in currency; 65535 all)",
        "registro por borrar (0-3 electricidad, agua, gas, tiempo; 4-7 en moneda; 65535 todos)",
    ),
    "pad": ("pad, zero by the standard", "relleno, cero según la norma"),
    "value": ("value to set", "valor por fijar"),
    "token_index": ("TokenIndex of STS 202-5", "TokenIndex de STS 202-5"),
    "control_value": ("ControlValue of STS 202-5", "ControlValue de STS 202-5"),
    "flag_index": ("number of the flag", "número del indicador"),
    "flag_value": ("new state of the flag", "nuevo estado del indicador"),
    "manufacturer_code": ("manufacturer code; 0 is every maker", "código de fabricante; 0 es cualquiera"),
    "mfr_code_digits": ("digits of the manufacturer code", "dígitos del código de fabricante"),
    "control_hex": ("control field, one bit a test", "campo de control, un bit por prueba"),
    "control_bits": ("width of the control field", "ancho del campo de control"),
    "kenho": ("high half of the new KEN", "mitad alta del nuevo KEN"),
    "kenlo": ("low half of the new KEN", "mitad baja del nuevo KEN"),
    "krn": ("new key revision number", "nuevo número de revisión de clave"),
    "ro": ("RO: 1 moves the base date, TIDs are forgotten", "RO: 1 cambia la fecha base y olvida los TID"),
    "flag_3kct": ("3KCT: a third token follows", "3KCT: sigue un tercer token"),
    "kt": (
        "new key type (0 DITK, 1 DDTK, 2 DUTK, 3 DCTK)",
        "nuevo tipo de clave (0 DITK, 1 DDTK, 2 DUTK, 3 DCTK)",
    ),
    "ti": ("new tariff index", "nuevo índice de tarifa"),
    "sgc": ("new supply group code", "nuevo código de grupo de suministro"),
    "sgclo": ("low half of the new SGC", "mitad baja del nuevo SGC"),
    "sgcho": ("high half of the new SGC", "mitad alta del nuevo SGC"),
    "nkho": ("new key, first part", "clave nueva, primera parte"),
    "nklo": ("new key, last part", "clave nueva, última parte"),
    "key_bits_32_63": ("new key, second part", "clave nueva, segunda parte"),
    "key_bits_64_95": ("new key, third part", "clave nueva, tercera parte"),
    "raw44": ("44 bits of content, hexadecimal", "44 bits de contenido, hexadecimal"),
}
"""Field of a decoded token -> what it is."""

RESULTS: dict[str, tuple[str, str]] = {
    "Accept": ("accepted and carried out", "aceptado y ejecutado"),
    "1stKCT": (
        "first section taken; the key change waits for the others",
        "primera parte recibida; faltan otras",
    ),
    "2ndKCT": (
        "second section taken; the key change waits for the others",
        "segunda parte recibida; faltan otras",
    ),
    "3rdKCT": (
        "third section taken; the key change waits for the others",
        "tercera parte recibida; faltan otras",
    ),
    "4thKCT": (
        "fourth section taken; the key change waits for the others",
        "cuarta parte recibida; faltan otras",
    ),
    "OverflowError": ("the credit register would overflow", "el registro de crédito se desbordaría"),
    "KeyTypeError": (
        "this key type may not follow the present one",
        "ese tipo de clave no puede seguir al actual",
    ),
    "FormatError": ("an element is malformed", "un elemento está mal formado"),
    "RangeError": ("a value lies outside its range", "un valor está fuera de su rango"),
    "FunctionError": ("this meter has no such function", "este medidor no tiene esa función"),
    "OldError": ("older than every TID that the meter keeps", "más viejo que todo TID que el medidor guarda"),
    "UsedError": ("already used", "ya fue usado"),
    "KeyExpiredError": (
        "the TID lies past the key's expiry (KEN)",
        "el TID pasa del vencimiento de la clave (KEN)",
    ),
    "DDTKError": ("no credit under a default key (DDTK)", "sin crédito bajo una clave por defecto (DDTK)"),
    "CRCError": ("not for this meter, or a wrong digit", "no es para este medidor, o hay un dígito errado"),
    "MfrCodeError": ("made for another maker's meters", "hecho para medidores de otro fabricante"),
    "LockOut": ("too many wrong entries: the meter waits", "demasiados intentos errados: el medidor espera"),
}
"""Result -> what it means."""

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "token": "token",
        "class": "class",
        "subclass": "subclass",
        "content": "content",
        "crc": "CRC",
        "crc_ok": "fits",
        "crc_bad": "does not fit: another key, another meter, or a wrong digit",
        "block": "plain block",
        "key_needed": "enciphered: give the key (--key, --drn, …) or --state to read more",
        "meter": "a meter in this state answers",
        "reserved": "reserved, or its layout is not public",
    },
    "es": {
        "token": "token",
        "class": "clase",
        "subclass": "subclase",
        "content": "contenido",
        "crc": "CRC",
        "crc_ok": "correcto",
        "crc_bad": "incorrecto: otra clave, otro medidor o un dígito errado",
        "block": "bloque en claro",
        "key_needed": "cifrado: indique la clave (--key, --drn, …) o --state para leer más",
        "meter": "un medidor en este estado responde",
        "reserved": "reservado, o su formato no es público",
    },
}


def field_label(name: str, lang: str) -> str:
    """Meaning of a field; its own name where there is none."""
    english, spanish = FIELDS.get(name, (name, name))
    return spanish if lang == "es" else english


def result_label(name: str, lang: str) -> str:
    """Meaning of a result."""
    english, spanish = RESULTS[name]
    return spanish if lang == "es" else english


_HEAD = ("token_class", "token_subclass", "name", "crc_ok")
"""Fields of the heading."""


def add_fields(branch: Tree, decoded: dict[str, Any], lang: str) -> None:
    """Hang every field with its meaning under `branch`."""
    for name, value in decoded.items():
        if name not in _HEAD:
            branch.add(
                f"[bold]{name}[/bold] {escape(str(value))}  [dim]{escape(field_label(name, lang))}[/dim]"
            )


def token_tree(digits: str, decoded: dict[str, Any], lang: str) -> Tree:
    """The digits in groups, the name, and every field."""
    tree = Tree(f"[bold]{grouped(digits)}[/bold]")
    place = f"{decoded['token_class']}/{decoded['token_subclass']}"
    add_fields(tree.add(f"{place} {escape(str(decoded['name']))}"), decoded, lang)
    return tree


def print_tree(tree: Tree) -> None:
    """Print without folding lines, so that a pipe gets one line a node."""
    Console(soft_wrap=True, highlight=False).print(tree)


def print_token(digits: str, decoded: dict[str, Any], lang: str) -> None:
    """Print one token."""
    print_tree(token_tree(digits, decoded, lang))
