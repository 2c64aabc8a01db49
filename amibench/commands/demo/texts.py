"""What the demo says, in English and Spanish: one row a sentence, each error with its mend."""

_TEXTS: dict[str, tuple[str, str]] = {
    "starting": ("Starting the village …", "Encendiendo el pueblo …"),
    "ready": (
        "The village lives: {homes} homes, {speed:g} of its seconds in one of yours.",
        "El pueblo está vivo: {homes} casas, {speed:g} de sus segundos en uno suyo.",
    ),
    "portal": ("Portal", "Portal"),
    "panel": ("Customer units", "Unidades de usuario"),
    "concentrator": ("Concentrator", "Concentrador"),
    "user": ("User", "Usuario"),
    "password": ("Password (shown only now)", "Contraseña (solo se muestra ahora)"),
    "role": ("Role", "Función"),
    "cashier": ("cashier", "cajero"),
    "supervisor": ("supervisor", "supervisor"),
    "operator": ("operator", "operador"),
    "administrator": ("administrator", "administrador"),
    "auditor": ("auditor", "auditor"),
    "first": (
        "Meter {name} ({drn}) has no credit and its relay is open. To recharge it:",
        "El medidor {name} ({drn}) no tiene crédito y su relé está abierto. Para recargarlo:",
    ),
    "step-1": ("1. Log in to the portal as cajero.", "1. Ingrese al portal como cajero."),
    "step-2": ("2. Turno: open a shift at Caja 1.", "2. Turno: abra turno en la Caja 1."),
    "step-3": (
        "3. Vender: meter {drn}, 10.000 pesos; copy the 20 digits.",
        "3. Vender: medidor {drn}, 10.000 pesos; copie los 20 dígitos.",
    ),
    "step-4": (
        "4. Type or paste them at {url} and press Enter: credit rises, the relay closes.",
        "4. Escríbalos o péguelos en {url} y oprima Entrar: el crédito sube y el relé cierra.",
    ),
    "step-5": (
        "5. Or press Enviar al medidor on a sale's page: the head-end brings the token; it counts once.",
        "5. U oprima Enviar al medidor en la página de la venta: la telegestión lo lleva; cuenta una vez.",
    ),
    "step-6": (
        "6. As operador: Medidores en campo, that meter, Cortar; its relay opens. Reconectar closes it.",
        "6. Como operador: Medidores en campo, ese medidor, Cortar; su relé abre. Reconectar lo cierra.",
    ),
    "end": (
        "Ctrl-C ends everything and leaves nothing behind.",
        "Ctrl-C lo termina todo y no deja nada atrás.",
    ),
    # errors
    "host": (
        "the demo listens on this machine alone: --host is 127.0.0.1 or localhost, not {host}",
        "la demostración solo atiende en esta máquina: --host es 127.0.0.1 o localhost, no {host}",
    ),
    "settings": (
        "{name} is set: the demo does not run beside a real system, start it from a shell without it",
        "{name} está definida: la demostración no corre junto a un sistema real, láncela desde otra consola",
    ),
    "port": (
        "port {port} is taken: give another with --port",
        "el puerto {port} está ocupado: dé otro con --port",
    ),
    "died": ("the demo cannot go on: {detail}", "la demostración no puede seguir: {detail}"),
}


def text(name: str, lang: str, /, **facts: object) -> str:
    """One sentence in ``es`` or ``en``."""
    english, spanish = _TEXTS[name]
    return (spanish if lang == "es" else english).format(**facts)
