"""Sentences of the meter commands in English and Spanish: one row each, an error with its mend."""

_TEXTS: dict[str, tuple[str, str]] = {
    # headings
    "object": ("object", "objeto"),
    "name": ("name", "nombre"),
    "value": ("value", "valor"),
    "time": ("time ({zone})", "hora ({zone})"),
    "zone-assumed": (
        "the meter does not tell client {client} its time zone; {zone} is assumed",
        "el medidor no dice al cliente {client} su zona horaria; se supone {zone}",
    ),
    "rows": ("{count} rows", "{count} filas"),
    "no-rows": ("no rows in this range", "no hay filas en este intervalo"),
    "refused": ("refused: {reason}", "negado: {reason}"),
    "objects-read": ("{count} objects of client {client}", "{count} objetos del cliente {client}"),
    "not-readable": (
        "{count} more are not readable for client {client}",
        "otros {count} no son legibles para el cliente {client}",
    ),
    # token
    "credited": ("{amount} credited", "{amount} acreditados"),
    "balance": ("credit now {amount}", "crédito actual {amount}"),
    "accepted": ("the meter took the token", "el medidor tomó el código"),
    "token-refused": ("the meter refused the token", "el medidor rechazó el código"),
    # pushes
    "push": ("{peer}: {kind} of logical device {meter}", "{peer}: {kind} del dispositivo lógico {meter}"),
    "push-plain": ("not protected", "sin protección"),
    "push-proved": (
        "protected by {title}, counter {counter}, the tag is right",
        "protegido por {title}, contador {counter}, la etiqueta es correcta",
    ),
    "push-unproved": (
        "ciphered, said to be by {title}, counter {counter}; nothing proves it",
        "cifrado, dice ser de {title}, contador {counter}; nada lo prueba",
    ),
    "push-refused": ("{peer}: refused: {reason}", "{peer}: rechazado: {reason}"),
    "listening": (
        "listening on {host} port {port}, TCP and UDP; Ctrl-C ends it",
        "escuchando en {host} puerto {port}, TCP y UDP; Ctrl-C termina",
    ),
    "listen": ("{detail}", "no se puede escuchar: {detail}"),
    # errors
    "bad-obis": (
        "{text!r} is not an OBIS code; write for example 1.0.1.8.0 or 1.0.1.8.0:3",
        "{text!r} no es un código OBIS; escriba por ejemplo 1.0.1.8.0 o 1.0.1.8.0:3",
    ),
    "no-object": (
        "the meter shows client {client} no object {obis}; give no OBIS to see what there is",
        "el medidor no muestra al cliente {client} el objeto {obis}; sin OBIS verá lo que hay",
    ),
    "range-needs-profile": (
        "--from and --to are for profiles; give the OBIS code of one, for example 1.0.99.1.0",
        "--from y --to son para perfiles; dé el código OBIS de uno, por ejemplo 1.0.99.1.0",
    ),
    "bad-token": (
        "a token has 20 digits, not {count}; give them as on the ticket, blanks are allowed",
        "un código tiene 20 dígitos, no {count}; escríbalos como en el tiquete, con o sin espacios",
    ),
    "no-gateway": (
        "the meter shows client {client} no token gateway (class 115); try another --client or --keys",
        "el medidor no muestra al cliente {client} una entrada de códigos (clase 115); "
        "pruebe otro --client o --keys",
    ),
    "no-right": (
        "client {client} may not enter tokens ({reason}); try another --client or --keys",
        "el cliente {client} no puede ingresar códigos ({reason}); pruebe otro --client o --keys",
    ),
    "unknown-outcome": (
        "no answer came to the token: it may have been credited or not; look at the meter or at the credit "
        "(amibench meter read … 0.0.19.40.0) before you enter it again",
        "no llegó respuesta al código: puede haberse acreditado o no; mire el medidor o el crédito "
        "(amibench meter read … 0.0.19.40.0) antes de ingresarlo otra vez",
    ),
    "no-answer": (
        "{url} does not answer ({detail}); check --framing (now {framing}), --server, --client and "
        "--address-bytes, and that the meter has power",
        "{url} no responde ({detail}); revise --framing (ahora {framing}), --server, --client y "
        "--address-bytes, y que el medidor tenga energía",
    ),
    "mode-e": (
        "{url} does not open the line for HDLC ({detail}); check the optical head, or leave mode=e out where "
        "the meter speaks HDLC at once",
        "{url} no abre la línea para HDLC ({detail}); revise la cabeza óptica, o quite mode=e si el medidor "
        "habla HDLC desde el principio",
    ),
    "mode-e-speed": (
        "mode E selects no speed of {baud} baud; give baud=300, 600, 1200, 2400, 4800, 9600 or 19200",
        "el modo E no selecciona una velocidad de {baud} baudios; dé baud=300, 600, 1200, 2400, 4800, 9600 o "
        "19200",
    ),
    "link-lost": (
        "the data link with {url} is down ({detail}); check --framing (now {framing}) and the addresses",
        "el enlace de datos con {url} está caído ({detail}); revise --framing "
        "(ahora {framing}) y las direcciones",
    ),
    "link": ("{detail}", "no se puede abrir el enlace: {detail}"),
    "association": (
        "the meter refuses client {client} ({detail}); check --client, and password and keys in --keys",
        "el medidor rechaza al cliente {client} ({detail}); revise --client, y contraseña y claves en --keys",
    ),
    "protocol": ("the meter answered amiss: {detail}", "el medidor respondió mal: {detail}"),
    "keys-bad": (
        "{file}, client {client}: {detail}",
        "{file}, cliente {client}: {detail}",
    ),
    "no-password": (
        "client {client} needs a password or keys: give --keys FILE, or the password in "
        "AMIBENCH_METER_PASSWORD",
        "el cliente {client} necesita contraseña o claves: dé --keys ARCHIVO, o la contraseña en "
        "AMIBENCH_METER_PASSWORD",
    ),
    "ask-password": (
        "Password of client {client} (nothing shows while you type)",
        "Contraseña del cliente {client} (no se ve al escribir)",
    ),
}


def text(name: str, lang: str, **facts: object) -> str:
    """One sentence in ``es`` or ``en``."""
    english, spanish = _TEXTS[name]
    return (spanish if lang == "es" else english).format(**facts)
