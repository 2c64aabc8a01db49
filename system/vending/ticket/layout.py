"""Ticket of 32 columns: its facts, and their layout in lines (R5.3-05, F12-06: the minimum content)."""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from system.config.clock import BOGOTA
from system.vending.pricing import LineKind, Quote
from system.vending.pricing.explain import kwh, pesos

# ------------ facts: the counter knows them from its rows, a terminal from its own book


@dataclass(frozen=True, slots=True)
class TicketProvider:
    """Provider that sells: `contact` is where to complain, `lines` end the ticket; both may be empty."""

    name: str
    nit: str
    contact: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketBuyer:
    """For whom.

    Args:
        name: of the customer.
        niu: of the installation.
        place: address and community.
        estrato: 1 to 6, or None.
        drn: of the meter.
        meter: its ``sgc``, ``krn``, ``ti`` and ``ea``.
    """

    name: str
    niu: str
    place: str
    estrato: int | None
    drn: str
    meter: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TicketToken:
    """A token: what it is called, and its 20 digits."""

    name: str
    digits: str


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """All that a ticket tells.

    Args:
        number: of the ticket.
        at: when it was sold, aware.
        point_of_sale: its name; empty: none.
        seller: who attended.
        tokens: in the order of typing.
        amount_c: received, centavos.
        units: sold, of 0.1 kWh.
        quote: how the price came about; None: nothing was priced.
        free_units: given without money; None: it is no such token.
        previous: when the customer bought before; None: never, or not known.
        test: made with test keys.
        reversed: the sale was taken back.
    """

    provider: TicketProvider
    buyer: TicketBuyer
    number: str
    at: datetime
    point_of_sale: str
    seller: str
    tokens: tuple[TicketToken, ...]
    amount_c: int
    units: int
    quote: Quote | None
    test: bool
    free_units: int | None = None
    previous: datetime | None = None
    reversed: bool = False


# ------------ layout

#: A 58 mm roll holds 384 dots: 32 columns of the printer's own letters.
COLUMNS = 32


class Style(StrEnum):
    """Style of a line."""

    PLAIN = "plain"
    BOLD = "bold"
    TITLE = "title"
    TOKEN = "token"  # noqa: S105 - a style
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A line; `text` is at most 32 columns, 16 where it is printed in double width."""

    text: str
    style: Style = Style.PLAIN
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """A whole ticket.

    Args:
        lines: from top to bottom.
        code: what the square code holds: the digits of the tokens.
        test: printed with test keys.
        copy: 1 is the original, others are reprints.
    """

    lines: tuple[TicketLine, ...]
    code: str
    test: bool
    copy: int


def lay_out(facts: TicketFacts, copy: int = 1) -> Ticket:
    """The ticket that tells these facts; copies from 2 on say that they are reprints."""
    lines = (
        *_head(facts, copy),
        *_who(facts.buyer),
        *_tokens(facts.tokens),
        *_money(facts),
        *_foot(facts.provider),
    )
    return Ticket(tuple(lines), " ".join(token.digits for token in facts.tokens), facts.test, copy)


def _head(facts: TicketFacts, copy: int) -> Iterator[TicketLine]:
    yield from wrapped(facts.provider.name, Style.TITLE, centred=True)
    yield TicketLine(f"NIT {facts.provider.nit}", centred=True)
    if facts.test:
        yield TicketLine("*** PRUEBA ***", Style.TITLE, centred=True)
        yield TicketLine("no sirve en ningún medidor real", centred=True)
    if copy > 1:
        yield TicketLine(f"REIMPRESIÓN N.º {copy - 1}", Style.BOLD, centred=True)
    if facts.reversed:
        yield TicketLine("VENTA REVERSADA", Style.BOLD, centred=True)
    yield pair("Tiquete", facts.number)
    yield pair("Fecha", local_time(facts.at))
    if facts.point_of_sale:
        yield pair("Punto", facts.point_of_sale)
    yield pair("Atendió", facts.seller)
    yield RULE


def _who(buyer: TicketBuyer) -> Iterator[TicketLine]:
    meter = buyer.meter
    yield from wrapped(buyer.name, Style.BOLD)
    yield pair("NIU", buyer.niu)
    yield from wrapped(buyer.place)
    if buyer.estrato:
        yield pair("Estrato", str(buyer.estrato))
    yield pair("Medidor", buyer.drn)
    yield TicketLine(f"SGC {meter['sgc']} KRN {meter['krn']} TI {meter['ti']} EA {meter['ea']}")
    yield RULE


def _tokens(tokens: tuple[TicketToken, ...]) -> Iterator[TicketLine]:
    if len(tokens) > 1:
        yield from wrapped("Digite TODOS los números, en este orden:", Style.BOLD)
    for position, token in enumerate(tokens, 1):
        name = token.name.upper()
        yield TicketLine(f"{position}. {name}" if len(tokens) > 1 else name, Style.BOLD, centred=True)
        digits = token.digits
        # five groups of four, in the biggest type: two lines of double width
        yield TicketLine(" ".join((digits[0:4], digits[4:8], digits[8:12])), Style.TOKEN, centred=True)
        yield TicketLine(" ".join((digits[12:16], digits[16:20])), Style.TOKEN, centred=True)
    yield RULE


def _money(facts: TicketFacts) -> Iterator[TicketLine]:
    if facts.free_units is not None:
        yield pair("Energía sin cobro", f"{kwh(facts.free_units)} kWh", Style.BOLD)
        yield RULE
    quote = facts.quote
    if quote is None:
        return
    yield pair("RECIBIDO", pesos(facts.amount_c), Style.BOLD)
    for line in quote.lines:
        if line.kind is LineKind.ENERGY:
            yield pair(f"{line.name[:14]} {kwh(line.units)}", pesos(line.amount_c))
            yield TicketLine(f"  a $ {line.price_e4 / 10_000:,.2f}/kWh".replace(",", " ").replace(".", ","))
        else:
            yield pair(line.name[:18], pesos(line.amount_c))
            if line.balance_c is not None:
                yield pair("  queda debiendo", pesos(line.balance_c))
    sold = kwh(facts.units)
    yield pair("ENERGÍA", f"{sold} kWh", Style.TITLE if len(sold) < 4 else Style.BOLD)
    yield pair("Saldo a favor", pesos(quote.residue_c))
    if quote.subsidy_mc:
        word = "Subsidio" if quote.subsidy_mc > 0 else "Contribución"
        yield pair(word, pesos(abs(quote.subsidy_mc) // 1000))
    yield pair("Costo unitario", f"{pesos(quote.inputs.tariff.unit_cost_e4 // 100)}/kWh")
    yield pair("Comprado en el mes", f"{kwh(quote.bought_units)} kWh")
    if facts.previous is not None:
        yield pair("Recarga anterior", f"{facts.previous.astimezone(BOGOTA):%Y-%m-%d}")
    yield RULE


def _foot(provider: TicketProvider) -> Iterator[TicketLine]:
    for line in provider.lines:
        yield from wrapped(line, centred=True)
    if provider.contact:
        yield from wrapped(f"Reclamos: {provider.contact}", centred=True)
    yield from wrapped("Este número sirve una sola vez y sólo en su medidor.", centred=True)


#: A line between two parts.
RULE = TicketLine("-" * COLUMNS, Style.RULE)


def pair(name: str, value: str, style: Style = Style.PLAIN) -> TicketLine:
    """A name on the left, its value on the right."""
    width = COLUMNS // 2 if style is Style.TITLE else COLUMNS
    room = max(1, width - len(name) - len(value))
    return TicketLine(f"{name}{' ' * room}{value}"[:COLUMNS], style)


def wrapped(text: str, style: Style = Style.PLAIN, *, centred: bool = False) -> Iterator[TicketLine]:
    """A text over as many lines as it needs."""
    width = COLUMNS // 2 if style is Style.TITLE else COLUMNS
    for piece in textwrap.wrap(text, width) or [""]:
        yield TicketLine(piece, style, centred)


def local_time(instant: datetime) -> str:
    """Day and minute in America/Bogota."""
    return f"{instant.astimezone(BOGOTA):%Y-%m-%d %H:%M}"
