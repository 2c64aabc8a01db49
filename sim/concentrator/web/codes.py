"""What the codes of the concentrator are called on its page: Spanish and English, a table for each kind."""

Words = dict[str, tuple[str, str]]

#: Names of `sim.concentrator.summary`.
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


def named(words: Words, code: object, lang: str) -> str:
    """The words for a code; one that the table does not have is shown as it is.

    >>> named(REASONS, "no-keys", "es"), named(REASONS, "odd", "es")
    ('sin claves', 'odd')
    """
    spanish, english = words.get(str(code), (str(code), str(code)))
    return spanish if lang == "es" else english
