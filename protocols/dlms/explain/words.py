"""Spanish for the terms that trees show. English is the standard's own term, so it needs no table."""

from collections.abc import Callable

#: term -> Spanish
_SPANISH: dict[str, str] = {
    "frame": "trama",
    "invalid-frame": "trama inválida",
    "flag": "bandera",
    "frame-format": "formato de trama",
    "destination-address": "dirección de destino",
    "source-address": "dirección de origen",
    "control": "control",
    "information": "información",
    "octets": "octetos",
    "octet": "octeto",
    "llc": "LLC",
    "segment": "segmento",
    "rejected-control": "control rechazado",
    "sequence-numbers": "números de secuencia",
    "rejection-reason": "motivo del rechazo",
    "parameters": "parámetros de enlace",
    "parameter": "parámetro",
    "format-identifier": "identificador de formato",
    "group-identifier": "identificador de grupo",
    "group-length": "longitud del grupo",
    "identifier": "identificador",
    "max-info-tx": "información máxima, transmisión",
    "max-info-rx": "información máxima, recepción",
    "window-tx": "ventana, transmisión",
    "window-rx": "ventana, recepción",
    "mbus-frame": "trama M-Bus",
    "invalid-mbus-frame": "trama M-Bus inválida",
    "control-information": "información de control",
    "checksum": "suma de verificación",
    "start": "inicio",
    "stop": "fin",
    "address": "dirección",
    "acknowledgement": "acuse",
    "source-sap": "SAP de origen",
    "destination-sap": "SAP de destino",
    "read-out": "lectura ASCII",
    "identification": "identificación",
    "manufacturer": "fabricante",
    "baud-rate": "velocidad",
    "data-set": "registro",
    "block-check": "carácter de verificación",
    "wrapper": "envoltura TCP",
    "version": "versión",
    "source-port": "puerto de origen",
    "destination-port": "puerto de destino",
    "length": "longitud",
    "count": "cantidad",
    "tag": "etiqueta",
    "choice": "elección",
    "value": "valor",
    "data": "dato",
    "null-data": "dato nulo",
    "array": "arreglo",
    "structure": "estructura",
    "text": "texto",
    "date-time": "fecha y hora",
    "description": "descripción",
    "readings": "lecturas",
    "reading": "lectura",
    "class": "clase",
    "attribute": "atributo",
    "position": "posición",
    "type": "tipo",
    "raw": "valor crudo",
    "scaler": "escala",
    "unit": "unidad",
    "note": "nota",
    "error": "error",
    "data-notification": "notificación de datos",
    "notification-body": "cuerpo de la notificación",
    "general-block-transfer": "transferencia general por bloques",
    "block-control": "control de bloque",
    "block-number": "número de bloque",
    "block-number-ack": "bloque confirmado",
    "block-data": "datos del bloque",
    "get-request-normal": "solicitud de lectura",
    "get-response-normal": "respuesta de lectura",
    "set-request-normal": "solicitud de escritura",
    "set-response-normal": "respuesta de escritura",
    "action-request-normal": "solicitud de acción",
    "action-response-normal": "respuesta de acción",
    "cosem-attribute-descriptor": "descriptor de atributo",
    "cosem-method-descriptor": "descriptor de método",
    "class-id": "clase",
    "instance-id": "instancia",
    "logical-name": "nombre lógico",
    "attribute-id": "atributo",
    "method-id": "método",
    "invoke-id-and-priority": "identificador y prioridad",
    "long-invoke-id-and-priority": "identificador largo y prioridad",
    "system-title": "título del sistema",
    "security-header": "cabecera de seguridad",
    "security-control": "control de seguridad",
    "invocation-counter": "contador de invocación",
    "ciphered-content": "contenido cifrado",
    "ciphertext and authentication-tag": "texto cifrado y etiqueta de autenticación",
    "get-data-result": "resultado de lectura",
    "data-access-result": "resultado de acceso",
    "exception-response": "respuesta de excepción",
}

#: fault of a frame -> the start of a sentence in Spanish
_FAULTS: dict[str, str] = {
    "garbage": "octetos fuera de una trama",
    "no-opening-flag": "falta la bandera inicial 7e",
    "no-closing-flag": "falta la bandera final 7e",
    "bad-format-type": "el tipo de formato de la trama no es A",
    "bad-length": "la longitud no coincide con los octetos presentes",
    "bad-address-size": "una dirección no tiene 1, 2 ni 4 octetos",
    "bad-client-address": "la dirección del cliente no tiene un octeto",
    "bad-hcs": "la secuencia de verificación HCS no coincide",
    "bad-fcs": "la secuencia de verificación FCS no coincide",
    "mbus-bad-start": "octetos que no empiezan con 68, 10 ni e5",
    "mbus-bad-length": "la longitud M-Bus no coincide con los octetos presentes",
    "mbus-bad-checksum": "la suma de verificación M-Bus no coincide",
    "bad-block-check": "el carácter de verificación no coincide",
    "mbus-no-stop": "la trama M-Bus no termina con 16",
    "mbus-no-addresses": "al segmento M-Bus le faltan las direcciones",
    "mbus-wrong-segment": "el segmento M-Bus no sigue al anterior",
    "apdu-too-long": "segmentos sin fin",
    "bad-version": "la versión de la envoltura no es 1",
}


def word(term: str, lang: str) -> str:
    """`term` in ``es`` or ``en``; a term without Spanish stays the standard's."""
    return _SPANISH.get(term, term) if lang == "es" else term


def translator(lang: str) -> Callable[[str, str], str]:
    """A function that takes the English and the Spanish of a sentence and gives the right one."""
    return (lambda english, spanish: spanish) if lang == "es" else (lambda english, spanish: english)


def fault_sentence(fault: str, message: str, lang: str) -> str:
    """A frame's fault as one clause: its stable name, then what is wrong."""
    shown = _FAULTS.get(fault, message) if lang == "es" else message
    return f"{fault}: {shown}"


# Names of COSEM interface classes in English and Spanish.
#
# Source: IEC 62056-6-2, 4 (list of classes).

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
