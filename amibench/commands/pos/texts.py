"""What the commands say, in English and Spanish: one row a sentence."""

_TEXTS: dict[str, tuple[str, str]] = {
    "made": (
        "Terminal made in {folder}. Take {file} to the office; fingerprint: {fingerprint}",
        "Terminal creado en {folder}. Lleve {file} a la oficina; huella: {fingerprint}",
    ),
    "office": ("Office:  {office}", "Oficina: {office}"),
    "module": ("Module:  {module}", "Módulo:  {module}"),
    "same": (
        "Are these the fingerprints that the office reads to you?",
        "¿Son estas las huellas que le lee la oficina?",
    ),
    "say-fingerprints": (
        "the office is not known yet: compare {office} and {module} with it, and give both with --office and "
        "--module",
        "todavía no se conoce la oficina: compare con ella {office} y {module}, y dé ambas con --office y "
        "--module",
    ),
    "admitted": ("The office is known; load its pack now.", "Ya se conoce la oficina; cargue su paquete."),
    "loaded": ("Pack {number} is loaded.", "Paquete {number} cargado."),
    "known": ("Pack {number} was loaded already.", "El paquete {number} ya estaba cargado."),
    "exported": (
        "{entries} entries written to {file}: take it to the office.",
        "{entries} asientos escritos en {file}: llévelo a la oficina.",
    ),
    "file-exists": ("{file} exists: choose another name", "{file} ya existe: elija otro nombre"),
    "cannot-read": ("cannot read {file}: {why}", "no se puede leer {file}: {why}"),
    "cannot-write": ("cannot write {file}: {why}", "no se puede escribir {file}: {why}"),
    "too-long": ("{file} is too long for a pack", "{file} es demasiado grande para un paquete"),
    "port": (
        "port {port} cannot be had: {why}; choose another with --port",
        "el puerto {port} no está libre: {why}; elija otro con --port",
    ),
    "serving": (
        "The terminal is at {url} (Ctrl-C ends it).",
        "El terminal está en {url} (Ctrl-C lo termina).",
    ),
    "passphrase": ("Passphrase of the counter", "Frase de paso del contador"),
    # status
    "terminal": ("Terminal", "Terminal"),
    "pack": ("Pack", "Paquete"),
    "no-pack": ("none yet", "todavía ninguno"),
    "until": ("sells until", "vende hasta"),
    "sales": ("Sales", "Ventas"),
    "sold": ("Sold in its life", "Vendido en total"),
    "deposited": ("Handed in", "Entregado"),
    "due": ("Cash due", "Dinero por entregar"),
    "unsettled": ("Entries not settled", "Asientos sin entregar"),
    "under-way": ("A sale is under way", "Hay una venta en curso"),
}


def text(name: str, lang: str, /, **facts: object) -> str:
    """A sentence in a language."""
    english, spanish = _TEXTS[name]
    return (spanish if lang == "es" else english).format(**facts)
