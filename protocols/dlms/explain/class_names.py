"""Names of COSEM interface classes in English and Spanish.

Source: IEC 62056-6-2, 4 (list of classes).
"""

_NAMES: dict[int, tuple[str, str]] = {
    1: ("Data", "Dato"),
    3: ("Register", "Registro"),
    4: ("Extended register", "Registro extendido"),
    5: ("Demand register", "Registro de demanda"),
    6: ("Register activation", "Activación de registros"),
    7: ("Profile generic", "Perfil genérico"),
    8: ("Clock", "Reloj"),
    9: ("Script table", "Tabla de secuencias"),
    10: ("Schedule", "Programación"),
    11: ("Special days table", "Tabla de días especiales"),
    12: ("Association SN", "Asociación SN"),
    15: ("Association LN", "Asociación LN"),
    17: ("SAP assignment", "Asignación de SAP"),
    18: ("Image transfer", "Transferencia de imagen"),
    19: ("IEC local port setup", "Puerto local IEC"),
    20: ("Activity calendar", "Calendario de actividades"),
    21: ("Register monitor", "Supervisor de registro"),
    22: ("Single action schedule", "Acción programada"),
    23: ("IEC HDLC setup", "Configuración HDLC"),
    24: ("IEC twisted pair setup", "Configuración de par trenzado"),
    27: ("Modem configuration", "Configuración de módem"),
    40: ("Push setup", "Configuración de envío"),
    41: ("TCP-UDP setup", "Configuración TCP-UDP"),
    42: ("IPv4 setup", "Configuración IPv4"),
    43: ("MAC address setup", "Dirección MAC"),
    44: ("PPP setup", "Configuración PPP"),
    45: ("GPRS modem setup", "Módem GPRS"),
    47: ("GSM diagnostic", "Diagnóstico GSM"),
    61: ("Register table", "Tabla de registros"),
    62: ("Compact data", "Datos compactos"),
    63: ("Status mapping", "Mapa de estado"),
    64: ("Security setup", "Configuración de seguridad"),
    65: ("Parameter monitor", "Supervisor de parámetros"),
    70: ("Disconnect control", "Control de desconexión"),
    71: ("Limiter", "Limitador"),
    72: ("M-Bus client", "Cliente M-Bus"),
    80: ("PRIME LLC SSCS setup", "Configuración PRIME LLC SSCS"),
    81: ("PRIME physical layer counters", "Contadores físicos PRIME"),
    82: ("PRIME MAC setup", "Configuración MAC PRIME"),
    83: ("PRIME MAC functional parameters", "Parámetros MAC PRIME"),
    84: ("PRIME MAC counters", "Contadores MAC PRIME"),
    85: ("PRIME MAC network administration", "Administración MAC PRIME"),
    86: ("PRIME application identification", "Identificación PRIME"),
    90: ("G3-PLC MAC layer counters", "Contadores MAC G3-PLC"),
    91: ("G3-PLC MAC setup", "Configuración MAC G3-PLC"),
    92: ("G3-PLC 6LoWPAN setup", "Configuración 6LoWPAN G3-PLC"),
    111: ("Account", "Cuenta"),
    112: ("Credit", "Crédito"),
    113: ("Charge", "Cargo"),
    115: ("Token gateway", "Entrada de fichas (tokens)"),
    116: ("IEC 62055-41 attributes", "Atributos IEC 62055-41"),
}


def class_name(class_id: int, lang: str) -> str | None:
    """The name of an interface class in ``es`` or ``en``, None when unknown."""
    names = _NAMES.get(class_id)
    if names is None:
        return None
    return names[1] if lang == "es" else names[0]
