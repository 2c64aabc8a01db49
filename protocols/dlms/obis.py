"""OBIS codes: the six value groups that name a COSEM object.

>>> str(Obis.from_string("1.0.1.8.0"))
'1.0.1.8.0.255'
>>> Obis.from_bytes(bytes.fromhex("0000600a01ff")).e
1
"""

from dataclasses import dataclass

from protocols.dlms.errors import DecodeError, DlmsValueError

# Names of OBIS codes in English and Spanish: tables, looked up by pattern.
#
# Electricity (A = 1) is composed from its quantity (C) and processing (D); all else is one row per pattern.
#
# Source: IEC 62056-6-1, 6 (electricity) and 5 (abstract objects).

Words = tuple[str, str]

_ELECTRICITY = 1
_ALL_PHASES = 20  # C 1–20 all phases, 21–40 L1, 41–60 L2, 61–80 L3

#: C of all phases -> (power, energy), each (English, Spanish)
_POWERS: dict[int, tuple[Words, Words]] = {
    1: (
        ("active power import", "potencia activa importada"),
        ("active energy import", "energía activa importada"),
    ),
    2: (
        ("active power export", "potencia activa exportada"),
        ("active energy export", "energía activa exportada"),
    ),
    3: (
        ("reactive power import", "potencia reactiva importada"),
        ("reactive energy import", "energía reactiva importada"),
    ),
    4: (
        ("reactive power export", "potencia reactiva exportada"),
        ("reactive energy export", "energía reactiva exportada"),
    ),
    5: (("reactive power QI", "potencia reactiva QI"), ("reactive energy QI", "energía reactiva QI")),
    6: (("reactive power QII", "potencia reactiva QII"), ("reactive energy QII", "energía reactiva QII")),
    7: (("reactive power QIII", "potencia reactiva QIII"), ("reactive energy QIII", "energía reactiva QIII")),
    8: (("reactive power QIV", "potencia reactiva QIV"), ("reactive energy QIV", "energía reactiva QIV")),
    9: (
        ("apparent power import", "potencia aparente importada"),
        ("apparent energy import", "energía aparente importada"),
    ),
    10: (
        ("apparent power export", "potencia aparente exportada"),
        ("apparent energy export", "energía aparente exportada"),
    ),
    15: (
        ("absolute active power", "potencia activa absoluta"),
        ("absolute active energy", "energía activa absoluta"),
    ),
    16: (("net active power", "potencia activa neta"), ("net active energy", "energía activa neta")),
}
#: C of all phases -> quantity that has no energy
_QUANTITIES: dict[int, Words] = {
    11: ("current", "corriente"),
    12: ("voltage", "tensión"),
    13: ("power factor", "factor de potencia"),
    14: ("frequency", "frecuencia"),
}
_SINGLE: dict[int, Words] = {
    91: ("neutral current", "corriente de neutro"),
    92: ("neutral voltage", "tensión de neutro"),
}
_PHASES = ("", " L1", " L2", " L3")

_ENERGY = 8
#: D -> processing
_PROCESSING: dict[int, Words] = {
    2: ("cumulative maximum", "máximo acumulado"),
    3: ("minimum", "mínimo"),
    4: ("current average", "promedio en curso"),
    5: ("last average", "último promedio"),
    6: ("maximum demand", "demanda máxima"),
    7: ("instantaneous", "instantánea"),
    24: ("average", "promedio"),
    25: ("last average, period 2", "último promedio, período 2"),
    27: ("last average of the short period", "último promedio del período corto"),
    29: ("energy of the last interval", "energía del último intervalo"),
    31: ("threshold for sag", "umbral de hueco"),
    32: ("number of sags", "número de huecos"),
    33: ("duration of the last sag", "duración del último hueco"),
    34: ("magnitude of the last sag", "magnitud del último hueco"),
    35: ("threshold for swell", "umbral de sobretensión"),
    36: ("number of swells", "número de sobretensiones"),
    37: ("duration of the last swell", "duración de la última sobretensión"),
    38: ("magnitude of the last swell", "magnitud de la última sobretensión"),
    39: ("threshold for missing voltage", "umbral de tensión ausente"),
    40: ("number of missing voltages", "número de ausencias de tensión"),
    41: ("duration of the last missing voltage", "duración de la última ausencia de tensión"),
    42: ("magnitude of the last missing voltage", "magnitud de la última ausencia de tensión"),
    43: ("time threshold for sag", "umbral de tiempo de hueco"),
    44: ("time threshold for swell", "umbral de tiempo de sobretensión"),
    45: ("time threshold for missing voltage", "umbral de tiempo de tensión ausente"),
}

#: patterns "A.C.D.E" (``*`` any): the first that fits counts
_PATTERNS: dict[str, Words] = {
    "1.0.0.*": ("electricity identification", "identificación de electricidad"),
    "1.0.2.0": ("firmware version", "versión de firmware"),
    "1.0.2.129": ("version of the push list", "versión de la lista de envío"),
    "1.0.3.0": ("meter constant, active energy", "constante del medidor, energía activa"),
    "1.0.3.1": ("meter constant, reactive energy", "constante del medidor, energía reactiva"),
    "1.0.6.0": ("nominal voltage", "tensión nominal"),
    "1.0.6.1": ("basic current", "corriente básica"),
    "1.0.6.2": ("nominal frequency", "frecuencia nominal"),
    "1.0.8.4": ("recording interval 1", "intervalo de registro 1"),
    "1.98.1.*": ("billing profile", "perfil de facturación"),
    "1.99.1.*": ("load profile 1", "perfil de carga 1"),
    "1.99.2.*": ("load profile 2 (daily)", "perfil de carga 2 (diario)"),
    "1.99.10.1": ("power quality profile: dips", "perfil de calidad: huecos"),
    "1.99.10.2": ("power quality profile: swells", "perfil de calidad: sobretensiones"),
    "1.99.10.3": ("power quality profile: cuts", "perfil de calidad: cortes"),
    "1.96.1.*": ("meter identification", "identificación del medidor"),
    "0.1.0.*": ("clock", "reloj"),
    "0.10.0.0": ("global meter reset script", "secuencia de restablecimiento general"),
    "0.10.0.100": ("tariff script table", "tabla de secuencias de tarifa"),
    "0.10.0.103": ("disconnect script table", "tabla de secuencias de desconexión"),
    "0.10.0.108": ("push script table", "tabla de secuencias de envío"),
    "0.10.0.*": ("script table", "tabla de secuencias"),
    "0.11.0.*": ("special days table", "tabla de días especiales"),
    "0.12.0.*": ("schedule", "programación"),
    "0.13.0.*": ("activity calendar", "calendario de actividades"),
    "0.15.0.*": ("single action schedule", "acción programada"),
    "0.16.0.*": ("register monitor", "supervisor de registro"),
    "0.16.1.*": ("alarm monitor", "supervisor de alarma"),
    "0.16.2.*": ("parameter monitor", "supervisor de parámetros"),
    "0.17.0.*": ("limiter", "limitador"),
    "0.19.0.*": ("account (prepayment)", "cuenta (prepago)"),
    "0.19.10.*": ("credit (prepayment)", "crédito (prepago)"),
    "0.19.20.*": ("charge (prepayment)", "cargo (prepago)"),
    "0.19.40.*": ("token gateway", "entrada de fichas (tokens)"),
    "0.20.0.*": ("optical port setup", "configuración del puerto óptico"),
    "0.21.0.*": ("push list or standard reading", "lista de envío o lectura estándar"),
    "0.22.0.*": ("HDLC setup", "configuración de HDLC"),
    "0.24.1.*": ("M-Bus client", "cliente M-Bus"),
    "0.24.2.*": ("M-Bus meter value", "valor del medidor M-Bus"),
    "0.25.0.*": ("TCP-UDP setup", "configuración de TCP-UDP"),
    "0.25.1.*": ("IPv4 setup", "configuración de IPv4"),
    "0.25.2.*": ("MAC address", "dirección MAC"),
    "0.25.4.*": ("GPRS modem setup", "configuración del módem GPRS"),
    "0.25.6.*": ("GSM diagnostic", "diagnóstico GSM"),
    "0.25.9.*": ("push setup", "configuración de envío"),
    "0.28.*.*": ("PRIME setup", "configuración PRIME"),
    "0.29.*.*": ("G3-PLC setup", "configuración G3-PLC"),
    "0.40.0.*": ("association", "asociación"),
    "0.41.0.0": ("SAP assignment", "asignación de SAP"),
    "0.42.0.0": ("logical device name", "nombre del dispositivo lógico"),
    "0.43.0.*": ("security setup", "configuración de seguridad"),
    "0.43.1.*": ("invocation counter", "contador de invocación"),
    "0.44.0.*": ("image transfer", "transferencia de imagen"),
    "0.96.1.0": ("device id 1 (serial number)", "identificador 1 del dispositivo (número de serie)"),
    "0.96.1.*": ("device identification", "identificación del dispositivo"),
    "0.96.2.*": ("parameter changes", "cambios de parámetros"),
    "0.96.3.10": ("disconnect control", "control de desconexión"),
    "0.96.3.*": ("input and output control", "control de entradas y salidas"),
    "0.96.4.*": ("relay control", "control de relé"),
    "0.96.5.*": ("internal status", "estado interno"),
    "0.96.6.*": ("battery", "batería"),
    "0.96.7.0": ("power failures, all phases", "fallas de energía, todas las fases"),
    "0.96.7.21": ("power failures, any phase", "fallas de energía, cualquier fase"),
    "0.96.7.*": ("power failure monitoring", "registro de fallas de energía"),
    "0.96.8.*": ("time of operation", "tiempo de operación"),
    "0.96.11.*": ("event code", "código de evento"),
    "0.96.13.*": ("consumer message", "mensaje al usuario"),
    "0.96.14.*": ("active tariff", "tarifa activa"),
    "0.96.15.*": ("event counter", "contador de eventos"),
    "0.96.20.0": ("meter cover openings", "aperturas de la tapa del medidor"),
    "0.96.20.5": ("terminal cover openings", "aperturas de la tapa de bornes"),
    "0.96.20.15": ("strong magnetic field detections", "detecciones de campo magnético"),
    "0.96.20.*": ("tamper monitoring", "detección de manipulación"),
    "0.97.97.*": ("error register", "registro de errores"),
    "0.97.98.*": ("alarm register", "registro de alarmas"),
    "0.98.1.*": ("billing profile", "perfil de facturación"),
    "0.99.98.0": ("standard event log", "registro de eventos estándar"),
    "0.99.98.1": ("fraud log", "registro de fraude"),
    "0.99.98.2": ("disconnector log", "registro del interruptor"),
    "0.99.98.*": ("event log", "registro de eventos"),
}


def _pattern(groups: tuple[int, int, int, int, int, int]) -> Words | None:
    a, _, c, d, e, _ = groups
    for key in (f"{a}.{c}.{d}.{e}", f"{a}.{c}.{d}.*", f"{a}.{c}.*.*"):
        if key in _PATTERNS:
            return _PATTERNS[key]
    return None


def _electricity(c: int, d: int, e: int) -> Words | None:
    """Compose quantity, phase and processing."""
    phase, base = divmod(c - 1, _ALL_PHASES)
    base += 1
    names: Words | None = _SINGLE.get(c)
    suffix = ""
    if names is None and 0 <= phase < len(_PHASES):
        suffix = _PHASES[phase]
        power = _POWERS.get(base)
        names = power[d == _ENERGY] if power else _QUANTITIES.get(base)
    if names is None:
        return None
    if d == _ENERGY:
        processing = ("total", "total") if e == 0 else (f"tariff {e}", f"tarifa {e}")
    elif d in _PROCESSING:
        processing = _PROCESSING[d]
    else:
        return None
    return (f"{names[0]}{suffix}, {processing[0]}", f"{names[1]}{suffix}, {processing[1]}")


def describe_groups(groups: tuple[int, int, int, int, int, int], lang: str) -> str | None:
    """The words for one code in ``es`` or ``en``, None when no table knows it.

    >>> describe_groups((1, 0, 1, 8, 0, 255), "en"), describe_groups((1, 0, 32, 7, 0, 255), "es")
    ('active energy import, total', 'tensión L1, instantánea')
    """
    a, _, c, d, e, f = groups
    words = _pattern(groups)
    if words is None and a == _ELECTRICITY:
        words = _electricity(c, d, e)
    if words is None:
        return None
    text = words[1] if lang == "es" else words[0]
    if f != 255:
        text += f", período {f}" if lang == "es" else f", billing period {f}"
    return text


_GROUPS = 6
_UNUSED_F = 255


@dataclass(frozen=True, slots=True, order=True)
class Obis:
    """A logical name, each group 0 to 255.

    A medium, B channel, C quantity, D processing, E tariff or the like, F billing period (255 = now).

    Raises:
        DlmsValueError: a group is out of range.

    Source: IEC 62056-6-1, 4.
    """

    a: int
    b: int
    c: int
    d: int
    e: int
    f: int = _UNUSED_F

    def __post_init__(self) -> None:
        for group in self.groups:
            if not (isinstance(group, int) and 0 <= group <= 255):
                raise DlmsValueError(f"an OBIS group must be 0 to 255, not {group!r}")

    @property
    def groups(self) -> tuple[int, int, int, int, int, int]:
        """All six groups, A first."""
        return (self.a, self.b, self.c, self.d, self.e, self.f)

    @classmethod
    def from_string(cls, text: str) -> "Obis":
        """Read ``A.B.C.D.E.F``, or with ``-``, ``:``, ``*`` as in ``1-0:1.8.0*255``; F may be left out.

        Raises:
            DlmsValueError: not five or six numbers of 0 to 255.
        """
        for separator in "-:*":
            text = text.replace(separator, ".")
        parts = text.strip().split(".")
        if len(parts) not in (_GROUPS - 1, _GROUPS) or not all(
            part.isascii() and part.isdigit() for part in parts
        ):
            raise DlmsValueError(f"not an OBIS code: {text!r}; expected six numbers such as 1.0.1.8.0.255")
        return cls(*(int(part) for part in parts))

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Obis":
        """Read the six octets of a logical name.

        Raises:
            DecodeError: not six octets.
        """
        if len(raw) != _GROUPS:
            raise DecodeError(f"logical-name: needs 6 bytes, got {len(raw)}")
        return cls(*raw)

    def to_bytes(self) -> bytes:
        """The six octets."""
        return bytes(self.groups)

    def describe(self, lang: str = "en") -> str | None:
        """Name of the code, in ``es`` or ``en``; None when the table does not know it."""
        return describe_groups(self.groups, lang)

    def __str__(self) -> str:
        return ".".join(str(group) for group in self.groups)


def obis_of(text: str) -> str:
    """An OBIS code in five groups; the sixth stays only where it says something.

    >>> obis_of("1.0.1.8.0.255")
    '1.0.1.8.0'
    """
    return text.strip().removesuffix(".255")
