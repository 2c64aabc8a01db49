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
