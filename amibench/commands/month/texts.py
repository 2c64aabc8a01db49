"""The words of the month, English and Spanish."""

TEXTS: dict[str, tuple[str, str]] = {
    "progress": ("month", "mes"),
    "folder": ("Books kept in {folder}", "Los libros quedaron en {folder}"),
    "promise": ("promise", "promesa"),
    "looked-at": ("looked at", "revisado"),
    "state": ("state", "estado"),
    "kept": ("kept", "se cumple"),
    "broken": ("BROKEN", "NO SE CUMPLE"),
    "accepted-once": (
        "every paid token was accepted exactly once",
        "cada token pagado fue aceptado exactamente una vez",
    ),
    "credit-conserved": (
        "credit sold = consumed + remaining, in every meter, to the nanojoule",
        "crédito vendido = consumido + restante, en cada medidor, al nanojulio",
    ),
    "energy-conserved": (
        "the grid's energy is conserved",
        "la energía de la red se conserva",
    ),
    "ledger": (
        "the ledger adds up to zero, every sale has its tokens",
        "el libro suma cero y cada venta tiene sus tokens",
    ),
    "reports": ("reports and ledger agree to the centavo", "los informes y el libro coinciden al centavo"),
    "deliveries": (
        "every token that was sent arrived, typed before or not",
        "cada token enviado llegó, lo hubieran digitado antes o no",
    ),
    "gaps": ("no reading is missing", "no falta ninguna lectura"),
    "readings": (
        "the readings kept are those of the meters",
        "las lecturas guardadas son las de los medidores",
    ),
    "sold": (
        "{sales} sales, {pesos} COP, {kwh} kWh in {days} days; digest of the books {digest}",
        "{sales} ventas, {pesos} COP, {kwh} kWh en {days} días; huella de los libros {digest}",
    ),
    "turned-away": ("{count} turned away: {why}", "{count} no pudieron comprar: {why}"),
    "interrupted": (
        "stopped early: what was lived until then was compared",
        "detenido antes: se comparó lo vivido hasta ahí",
    ),
    "way": (
        "{name} is no way to the meter: typed, sent or both",
        "{name} no es un camino al medidor: typed, sent o both",
    ),
}


def text(key: str, lang: str, **values: object) -> str:
    """A sentence in ``es`` or ``en``."""
    english, spanish = TEXTS[key]
    return (spanish if lang == "es" else english).format(**values)
