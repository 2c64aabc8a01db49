"""What a ticket says (R5.3-05, F12-06; regulation: the minimum content of a prepaid slip)."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from system.config.clock import BOGOTA
from system.vending.models import Sale, SaleKind, TokenRole
from system.vending.pricing import LineKind, Quote, price_sale
from system.vending.pricing.explain import kwh, pesos
from system.vending.pricing.stored import from_json

#: A 58 mm roll holds 384 dots: 32 columns of the printer's own letters.
COLUMNS = 32


class Style(StrEnum):
    """How a line is printed."""

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


def ticket_of(sale: Sale, copy: int = 1) -> Ticket:
    """The ticket of a sale that ended with tokens."""
    quote = price_sale(from_json(sale.inputs)) if sale.inputs else None
    tokens = list(sale.tokens.all())
    lines = (
        *_head(sale, copy),
        *_who(sale),
        *_tokens(tokens),
        *_money(sale, quote),
        *_foot(sale),
    )
    return Ticket(tuple(lines), " ".join(token.digits for token in tokens), sale.outcome.test_keys, copy)


def _head(sale: Sale, copy: int) -> Iterator[TicketLine]:
    provider = sale.provider
    yield from _wrapped(provider.name, Style.TITLE, centred=True)
    yield TicketLine(f"NIT {provider.nit}", centred=True)
    if sale.outcome.test_keys:
        yield TicketLine("*** PRUEBA ***", Style.TITLE, centred=True)
        yield TicketLine("no sirve en ningún medidor real", centred=True)
    if copy > 1:
        yield TicketLine(f"REIMPRESIÓN N.º {copy - 1}", Style.BOLD, centred=True)
    if hasattr(sale, "reversal"):
        yield TicketLine("VENTA REVERSADA", Style.BOLD, centred=True)
    yield _pair("Tiquete", sale.number)
    yield _pair("Fecha", _local(sale.business_at))
    if sale.shift is not None:
        yield _pair("Punto", sale.shift.point_of_sale.name)
    yield _pair("Atendió", sale.seller.get_full_name() or sale.seller.username)
    yield _RULE


def _who(sale: Sale) -> Iterator[TicketLine]:
    installation, meter = sale.installation, sale.meter
    yield from _wrapped(sale.agreement.customer.name, Style.BOLD)
    yield _pair("NIU", installation.niu)
    place = installation.address or str(installation.site)
    yield from _wrapped(f"{place}, {installation.site.community.name}")
    if installation.estrato:
        yield _pair("Estrato", str(installation.estrato))
    yield _pair("Medidor", sale.drn)
    yield TicketLine(f"SGC {meter['sgc']} KRN {meter['krn']} TI {meter['ti']} EA {meter['ea']}")
    yield _RULE


def _tokens(tokens: list[Any]) -> Iterator[TicketLine]:
    if len(tokens) > 1:
        yield from _wrapped("Digite TODOS los números, en este orden:", Style.BOLD)
    for token in tokens:
        name = TokenRole(token.role).label.upper()
        yield TicketLine(f"{token.position}. {name}" if len(tokens) > 1 else name, Style.BOLD, centred=True)
        digits = token.digits
        # five groups of four, in the biggest type: two lines of double width
        yield TicketLine(" ".join((digits[0:4], digits[4:8], digits[8:12])), Style.TOKEN, centred=True)
        yield TicketLine(" ".join((digits[12:16], digits[16:20])), Style.TOKEN, centred=True)
    yield _RULE


def _money(sale: Sale, quote: Quote | None) -> Iterator[TicketLine]:
    if sale.kind == SaleKind.FREE:
        yield _pair("Energía sin cobro", f"{kwh(int(sale.request['amount']))} kWh", Style.BOLD)
        yield _RULE
    if quote is None:
        return
    yield _pair("RECIBIDO", pesos(sale.amount_c), Style.BOLD)
    for line in quote.lines:
        if line.kind is LineKind.ENERGY:
            yield _pair(f"{line.name[:14]} {kwh(line.units)}", pesos(line.amount_c))
            yield TicketLine(f"  a $ {line.price_e4 / 10_000:,.2f}/kWh".replace(",", " ").replace(".", ","))
        else:
            yield _pair(line.name[:18], pesos(line.amount_c))
            if line.balance_c is not None:
                yield _pair("  queda debiendo", pesos(line.balance_c))
    yield _pair("ENERGÍA", f"{kwh(sale.units)} kWh", Style.TITLE if len(kwh(sale.units)) < 4 else Style.BOLD)
    yield _pair("Saldo a favor", pesos(quote.residue_c))
    if quote.subsidy_mc:
        word = "Subsidio" if quote.subsidy_mc > 0 else "Contribución"
        yield _pair(word, pesos(abs(quote.subsidy_mc) // 1000))
    yield _pair("Costo unitario", f"{pesos(quote.inputs.tariff.unit_cost_e4 // 100)}/kWh")
    yield _pair("Comprado en el mes", f"{kwh(quote.bought_units)} kWh")
    before = _previous(sale)
    if before is not None:
        yield _pair("Recarga anterior", f"{before.astimezone(BOGOTA):%Y-%m-%d}")
    yield _RULE


def _foot(sale: Sale) -> Iterator[TicketLine]:
    if sale.provider.support_phone:
        yield from _wrapped(f"Reclamos: {sale.provider.support_phone}", centred=True)
    yield from _wrapped("Este número sirve una sola vez y sólo en su medidor.", centred=True)


def _previous(sale: Sale) -> datetime | None:
    found: datetime | None = (
        Sale.objects.filter(
            installation_id=sale.installation_id,
            kind=SaleKind.ENERGY,
            outcome__minted=True,
            business_at__lt=sale.business_at,
        )
        .order_by("-business_at")
        .values_list("business_at", flat=True)
        .first()
    )
    return found


_RULE = TicketLine("-" * COLUMNS, Style.RULE)


def _pair(name: str, value: str, style: Style = Style.PLAIN) -> TicketLine:
    """A name on the left, its value on the right."""
    width = COLUMNS // 2 if style is Style.TITLE else COLUMNS
    room = max(1, width - len(name) - len(value))
    return TicketLine(f"{name}{' ' * room}{value}"[:COLUMNS], style)


def _wrapped(text: str, style: Style = Style.PLAIN, *, centred: bool = False) -> Iterator[TicketLine]:
    width = COLUMNS // 2 if style is Style.TITLE else COLUMNS
    for piece in textwrap.wrap(text, width) or [""]:
        yield TicketLine(piece, style, centred)


def _local(instant: datetime) -> str:
    return f"{instant.astimezone(BOGOTA):%Y-%m-%d %H:%M}"
