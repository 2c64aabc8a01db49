"""Refusals of a terminal: one table of codes, each with a sentence in Spanish and English."""

from system.security_module.refusals import Worded, Words

REASONS: dict[str, Words] = {
    # the folder
    "not-a-terminal": Words(
        "{folder} no es la carpeta de un terminal: créela con amibench pos init.",
        "{folder} is no terminal's folder: make one with amibench pos init.",
    ),
    "terminal-exists": Words(
        "{folder} ya tiene un terminal: elija otra carpeta.", "{folder} holds a terminal: choose another."
    ),
    "book-damaged": Words(
        "El libro del terminal no se puede leer ({why}): lleve el terminal a la oficina.",
        "The terminal's book cannot be read ({why}): take the terminal to the office.",
    ),
    "cannot-open": Words("No se abre el contador seguro: {why}.", "The secure counter does not open: {why}."),
    "disk": Words(
        "No se pudo escribir en el disco: {why}. Reinicie el terminal; la venta no se pierde ni se repite.",
        "The disk could not be written: {why}. Start again; the sale is neither lost nor made twice.",
    ),
    # keys, packs
    "bad-message": Words("El archivo no sirve: {why}.", "The file is of no use: {why}."),
    "unknown-kind": Words(
        "El archivo es de otra clase ({kind}): se espera el paquete o las llaves de la oficina.",
        "The file is of another kind ({kind}): a pack or the office's keys are wanted.",
    ),
    "no-office": Words(
        "Este terminal aún no conoce su oficina: cargue primero las llaves de la oficina.",
        "This terminal does not know its office yet: load the office's keys first.",
    ),
    "office-known": Words(
        "Este terminal ya tiene su oficina y no acepta otra.",
        "This terminal has its office and takes no other.",
    ),
    "not-confirmed": Words(
        "Las huellas no son las que la oficina leyó: no se guardó nada.",
        "These are not the fingerprints that the office read: nothing was kept.",
    ),
    "other-terminal": Words(
        "El paquete es de otro terminal: pida el de este.",
        "The pack is another terminal's: ask for this one's.",
    ),
    "older-pack": Words(
        "El paquete {number} es anterior al que ya está cargado, {present}: pida uno nuevo.",
        "Pack {number} is older than the one that is loaded, {present}: ask for a new one.",
    ),
    "other-history": Words(
        "La oficina conoce otra historia de este terminal: no venda y llévelo a la oficina.",
        "The office knows another story of this terminal: do not sell, and take it there.",
    ),
    "bad-pack": Words(
        "El paquete tiene algo que este terminal no entiende ({why}): pida otro.",
        "The pack holds something that this terminal does not understand ({why}): ask for another.",
    ),
    # who
    "no-pack": Words(
        "Todavía no hay paquete: cargue el que le dio la oficina.",
        "There is no pack yet: load the one that the office gave.",
    ),
    "wrong-pin": Words("El PIN no es correcto.", "The PIN is wrong."),
    "wait": Words(
        "Hubo varios intentos malos: espere {seconds} segundos.",
        "There were several wrong tries: wait {seconds} seconds.",
    ),
    "unknown-operator": Words(
        "{operator} no puede vender con este terminal.", "{operator} may not sell with this terminal."
    ),
    "shift-open": Words("Ya hay un turno abierto, de {operator}.", "{operator}'s shift is open already."),
    "no-shift": Words("Abra primero su turno.", "Open your shift first."),
    # the sale
    "unknown-customer": Words(
        "Ese número no está entre los clientes de este terminal.",
        "That number is not among the customers of this terminal.",
    ),
    "no-amount": Words("Escriba cuánto paga el cliente.", "Say how much the customer pays."),
    "too-little": Words("La venta más pequeña es de {least}.", "The smallest sale is {least}."),
    "too-much": Words("La venta más grande es de {most}.", "The largest sale is {most}."),
    "no-such-coin": Words(
        "El valor debe ir de {coin} en {coin}.", "The amount must be a multiple of {coin}."
    ),
    "no-tariff": Words(
        "El paquete no trae la tarifa de hoy para este cliente: cargue uno nuevo.",
        "The pack brings no tariff of today for this customer: load a new one.",
    ),
    "too-much-energy": Words(
        "Ese valor compra más de lo que cabe en un token: venda menos.",
        "That amount buys more than a token can carry: sell less.",
    ),
    "buys-nothing": Words(
        "Ese valor no alcanza para energía: todo se va en deudas o falta dinero.",
        "That amount buys no energy: it all goes to debts, or is too little.",
    ),
    "price-changed": Words(
        "El precio cambió desde que lo mostró: revíselo y confirme otra vez.",
        "The price changed since it was shown: look again and confirm.",
    ),
    "id-reused": Words("Esa venta ya se hizo con otros datos.", "That sale was made with other data."),
    "unknown-sale": Words("Esa venta no está en este terminal.", "This terminal has no such sale."),
    "over-limit": Words(
        "No le queda cupo: puede vender hasta {left}. Entregue el dinero en la oficina.",
        "The limit is used up: {left} is left. Hand in the money at the office.",
    ),
    "clock-behind": Words(
        "El reloj del terminal está atrasado: la última operación fue el {latest}. Corrija la hora antes de "
        "vender.",
        "The terminal's clock is behind: the last entry is of {latest}. Set it right before selling.",
    ),
    "not-yet": Words(
        "El permiso para vender empieza el {begins}: revise la hora del terminal.",
        "The permission to sell begins at {begins}: check the terminal's clock.",
    ),
    "lease-expired": Words(
        "El permiso para vender terminó el {until}: cargue un paquete nuevo.",
        "The permission to sell ended at {until}: load a new pack.",
    ),
    "unknown-meter": Words(
        "El paquete no trae permiso para este medidor: avise a la oficina.",
        "The pack brings no permission for this meter: tell the office.",
    ),
    "tid-window": Words(
        "Este medidor ya recibió varias recargas seguidas: espere unos minutos y venda otra vez.",
        "This meter was given several tokens in a row: wait a few minutes and sell again.",
    ),
    "counter": Words(
        "El contador seguro no lo permite: {why}", "The secure counter does not allow it: {why}"
    ),
    "book-behind": Words(
        "El libro del terminal es más viejo que su contador: fue devuelto a una copia. No venda y llévelo a "
        "la oficina.",
        "The terminal's book is older than its counter: it was set back to a copy. Do not sell; take it to "
        "the office.",
    ),
    "counter-behind": Words(
        "El contador del terminal es más viejo que su libro: fue devuelto a una copia. No venda y llévelo a "
        "la oficina.",
        "The terminal's counter is older than its book: it was set back to a copy. Do not sell; take it to "
        "the office.",
    ),
    # the link
    "no-address": Words(
        "No está configurada la dirección de la oficina.", "No address of the office is set."
    ),
    "no-link": Words("No hay conexión con la oficina: {why}", "The office cannot be reached: {why}"),
    "office-refused": Words("La oficina respondió: {why}", "The office answered: {why}"),
}
"""Every code."""


class TerminalRefused(Worded):
    """The terminal refuses; nothing was changed."""

    REASONS = REASONS
