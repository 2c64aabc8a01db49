"""Texts of the local page.

Its sentences and the names of the concentrator's codes, in Spanish and English.
"""


# ---- names of the concentrator's codes

Words = dict[str, tuple[str, str]]

#: Names of `sim.concentrator.context`.
SUMMARY: Words = {
    "registered": ("Medidores registrados", "Meters registered"),
    "quarantined": ("Medidores en cuarentena", "Meters in quarantine"),
    "rejected": ("Medidores rechazados", "Meters rejected"),
    "unreachable": ("Medidores registrados sin conexión", "Registered meters out of reach"),
    "reads_wanted": ("Lecturas pedidas", "Readings wanted"),
    "reads_done": ("Lecturas hechas", "Readings done"),
    "reads_late": ("Lecturas tardías", "Readings late"),
    "reads_failed": ("Lecturas fallidas", "Readings failed"),
    "rows_stored": ("Filas guardadas", "Rows stored"),
    "rows_held": ("Filas en memoria", "Rows in memory"),
    "rows_undelivered": ("Filas por entregar", "Rows to deliver"),
    "rows_evicted": ("Filas desalojadas sin entregar", "Rows evicted undelivered"),
    "events": ("Eventos", "Events"),
    "orders_waiting": ("Órdenes en espera", "Orders waiting"),
    "uplink_switches": ("Cambios de enlace", "Changes of uplink"),
}
#: `registry_states.Reason`.
REASONS: Words = {
    "": ("", ""),
    "duplicate-serial": ("serie repetida", "duplicate serial"),
    "duplicate-eui48": ("módem repetido", "duplicate modem"),
    "rogue-serial": ("serie no esperada", "unexpected serial"),
    "no-keys": ("sin claves", "no keys"),
    "wrong-keys": ("claves erradas", "wrong keys"),
}
#: `balance.Verdict`.
VERDICTS: Words = {
    "normal": ("normal", "normal"),
    "warning": ("advertencia", "warning"),
    "alarm": ("alarma", "alarm"),
    "negative": ("negativo", "negative"),
    "unjudged": ("sin juzgar", "not judged"),
}
#: `plans.Task`.
TASKS: Words = {
    "profile": ("perfil", "profile"),
    "registers": ("registros", "registers"),
    "events": ("eventos", "events"),
}
#: Kinds of `orders.Order`.
ORDER_KINDS: Words = {
    "read": ("lectura", "reading"),
    "token": ("token", "token"),
    "relay": ("relé", "relay"),
    "clock": ("reloj", "clock"),
    "plan": ("plan", "plan"),
}
#: States of `orders.Order`.
ORDER_STATES: Words = {
    "queued": ("en cola", "queued"),
    "running": ("en curso", "running"),
    "done": ("hecha", "done"),
    "failed": ("fallida", "failed"),
    "expired": ("vencida", "expired"),
    "unknown": ("resultado desconocido", "outcome unknown"),
}
#: Names of `protocols.field.events.CONCENTRATOR_EVENTS`.
EVENTS: Words = {
    "power-up": ("Alimentación restablecida", "Supply is back"),
    "last-gasp": ("Último aliento: sin alimentación", "Last gasp: supply failed"),
    "clock-synchronised": ("Reloj sincronizado", "Clock synchronised"),
    "clock-deviation": ("Reloj muy desviado", "Clock was far off"),
    "storage-evicted": ("Lecturas sin entregar descartadas", "Undelivered readings evicted"),
    "storage-full": ("Almacenamiento lleno", "Storage is full"),
    "usb-exported": ("Exportado a USB", "Exported to USB"),
    "usb-imported": ("Importado de USB", "Imported from USB"),
    "usb-refused": ("Archivo USB rechazado", "USB file refused"),
    "login": ("Ingreso a la página local", "Log-in at the local page"),
    "login-failed": ("Ingreso fallido", "Log-in failed"),
    "password-set": ("Contraseña fijada", "Password set"),
    "parameter-changed": ("Parámetro cambiado", "Parameter changed"),
    "plan-changed": ("Plan de lectura cambiado", "Collection plan changed"),
    "uplink-down": ("Enlace al centro caído", "Uplink down"),
    "uplink-up": ("Enlace al centro arriba", "Uplink up"),
    "uplink-switched": ("Conmutación de enlace", "Uplink switched over"),
    "order-done": ("Orden cumplida", "Order done"),
    "order-failed": ("Orden fallida", "Order failed"),
    "meter-added": ("Medidor registrado", "Meter registered"),
    "meter-lost": ("Medidor sin comunicación", "Meter lost"),
    "meter-back": ("Medidor comunica de nuevo", "Meter is back"),
    "meter-quarantined": ("Medidor en cuarentena", "Meter in quarantine"),
    "meter-confirmed": ("Medidor confirmado por operador", "Meter confirmed by operator"),
    "meter-rejected": ("Medidor rechazado por operador", "Meter rejected by operator"),
    "meter-clock-set": ("Reloj de medidor ajustado", "Meter's clock set"),
    "meter-clock-far": ("Reloj de medidor fuera de límite", "Meter's clock beyond the limit"),
    "meter-silent": ("Medidor callado más del límite", "Meter silent beyond the limit"),
    "loss-warning": ("Advertencia de pérdidas", "Loss warning"),
    "loss-alarm": ("Alarma de pérdidas", "Loss alarm"),
    "loss-negative": ("Balance negativo", "Negative balance"),
    "meter-event": ("Evento de medidor", "Event of a meter"),
    "meter-alarm": ("Alarma de medidor", "Alarm of a meter"),
}


def named(words: Words, code: object, lang: str) -> str:
    """The words for a code; one that the table does not have is shown as it is.

    >>> named(REASONS, "no-keys", "es"), named(REASONS, "odd", "es")
    ('sin claves', 'odd')
    """
    spanish, english = words.get(str(code), (str(code), str(code)))
    return spanish if lang == "es" else english


# ---- sentences

#: Key -> (Spanish, English).
TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Concentrador", "Concentrator"),
    "status": ("Estado", "Status"),
    "nodes": ("Nodos", "Nodes"),
    "topology": ("Topología", "Topology"),
    "tasks": ("Tareas", "Tasks"),
    "events": ("Eventos", "Events"),
    "statistics": ("Estadísticas", "Statistics"),
    "balance": ("Balance", "Balance"),
    "orders": ("Órdenes", "Orders"),
    "parameters": ("Parámetros", "Parameters"),
    "login": ("Ingresar", "Log in"),
    "logout": ("Salir", "Log out"),
    "password": ("Contraseña", "Password"),
    "again": ("Otra vez", "Again"),
    "setup": ("Primer arranque: fije una contraseña", "First start: set a password"),
    "setup-hint": ("Mínimo {least} caracteres.", "At least {least} characters."),
    "wrong": ("Contraseña errada.", "Wrong password."),
    "differ": ("Las dos contraseñas difieren.", "The two passwords differ."),
    "pause": ("Demasiados intentos: espere {seconds} s.", "Too many attempts: wait {seconds} s."),
    "expired": ("El formulario caducó; intente de nuevo.", "The form expired; try again."),
    "refused": ("Rechazado: {why}", "Refused: {why}"),
    "done": ("Hecho.", "Done."),
    "queued": ("En cola.", "Queued."),
    "clock": ("Reloj (UTC)", "Clock (UTC)"),
    "synchronised": ("Última sincronización (s)", "Last synchronisation (s)"),
    "uptime": ("Tiempo encendido (s)", "Uptime (s)"),
    "uplink": ("Enlace activo", "Active uplink"),
    "serial": ("Serie", "Serial"),
    "state": ("Estado", "State"),
    "reason": ("Motivo", "Reason"),
    "level": ("Nivel", "Level"),
    "parent": ("Padre", "Parent"),
    "children": ("Hijos", "Children"),
    "contact": ("Último contacto (UTC)", "Last contact (UTC)"),
    "energy": ("Energía (Wh)", "Energy (Wh)"),
    "age": ("Edad (s)", "Age (s)"),
    "stale": ("vencido", "stale"),
    "fresh": ("vigente", "fresh"),
    "never": ("nunca", "never"),
    "success": ("Éxito (%)", "Success (%)"),
    "attempts": ("Intentos", "Attempts"),
    "latency": ("Latencia (s)", "Latency (s)"),
    "retries": ("Repeticiones", "Retries"),
    "lost": ("Pérdidas de enlace", "Times lost"),
    "path": ("Ruta", "Path"),
    "plan": ("Plan", "Plan"),
    "task": ("Tarea", "Task"),
    "when": ("Cuándo", "When"),
    "last-run": ("Última corrida (UTC)", "Last run (UTC)"),
    "reached": ("Alcanzados", "Reached"),
    "read-now": ("Leer ahora", "Read now"),
    "confirm": ("Confirmar", "Confirm"),
    "reject": ("Rechazar", "Reject"),
    "number": ("N.º", "No."),
    "event": ("Evento", "Event"),
    "detail": ("Detalle", "Detail"),
    "day": ("Día", "Day"),
    "totaliser": ("Totalizador (Wh)", "Totaliser (Wh)"),
    "meters": ("Medidores (Wh)", "Meters (Wh)"),
    "loss": ("Pérdida (%)", "Loss (%)"),
    "coverage": ("Cobertura (%)", "Coverage (%)"),
    "verdict": ("Dictamen", "Verdict"),
    "order": ("Orden", "Order"),
    "kind": ("Clase", "Kind"),
    "result": ("Resultado", "Result"),
    "token": ("Token (20 dígitos)", "Token (20 digits)"),
    "deliver": ("Entregar token", "Deliver token"),
    "value": ("Valor", "Value"),
    "set": ("Fijar", "Set"),
    "none": ("Nada todavía.", "Nothing yet."),
    "registered": ("registrado", "registered"),
    "quarantined": ("en cuarentena", "in quarantine"),
    "rejected": ("rechazado", "rejected"),
    "disconnected": ("sin conexión", "disconnected"),
    "terminal": ("terminal", "terminal"),
    "switch": ("conmutador", "switch"),
}


def text(lang: str, key: str, **values: object) -> str:
    """The words of `key` in a language.

    >>> text("es", "pause", seconds=60)
    'Demasiados intentos: espere 60 s.'
    """
    spanish, english = TEXTS[key]
    words = spanish if lang == "es" else english
    return words.format(**values) if values else words
