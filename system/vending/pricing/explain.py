"""A quote in words: each line with the rule that made it, in Spanish or English."""

from collections.abc import Iterator
from typing import Literal

from system.vending.pricing.money import MILLI_PER_CENTAVO
from system.vending.pricing.sale import Line, LineKind, Quote

Lang = Literal["es", "en"]

_TEXTS: dict[str, dict[Lang, str]] = {
    "received": {
        "es": "Recibido el {day}: {amount}. Saldo a favor anterior: {residue}.",
        "en": "Received on {day}: {amount}. Residue of former purchases: {residue}.",
    },
    "tariff": {
        "es": "Tarifa {code}, versión {version}, vigente desde {valid_from}. Ya comprado: {bought} kWh.",
        "en": "Tariff {code}, version {version}, in force since {valid_from}. Bought before: {bought} kWh.",
    },
    "levy": {
        "es": "Recaudo para terceros, {name}: {amount}.",
        "en": "Collected for others, {name}: {amount}.",
    },
    "instalment": {
        "es": "Cuota de {name}: {amount}. Queda por pagar: {balance}.",
        "en": "Instalment of {name}: {amount}. Still owed: {balance}.",
    },
    "arrears": {
        "es": "Abono a mora, {name}: {amount}. Queda por pagar: {balance}.",
        "en": "Arrears, {name}: {amount}. Still owed: {balance}.",
    },
    "energy": {
        "es": "{name}: {kwh} kWh a {price}/kWh = {amount}.",
        "en": "{name}: {kwh} kWh at {price}/kWh = {amount}.",
    },
    "total": {
        "es": "Energía: {kwh} kWh por {amount}. Saldo a favor que queda: {residue}.",
        "en": "Energy: {kwh} kWh for {amount}. Residue that is left: {residue}.",
    },
    "subsidy": {
        "es": "Subsidio (costo pleno menos lo pagado): {amount}.",
        "en": "Subsidy (full cost less what was paid): {amount}.",
    },
    "contribution": {
        "es": "Contribución (pagado por encima del costo): {amount}.",
        "en": "Contribution (paid above the cost): {amount}.",
    },
}


def explain(quote: Quote, lang: Lang = "es") -> tuple[str, ...]:
    """Sentences that lead from the money received to the units, in the order in which it happened."""
    return tuple(_sentences(quote, lang))


def _sentences(quote: Quote, lang: Lang) -> Iterator[str]:
    inputs, tariff = quote.inputs, quote.inputs.tariff
    yield _TEXTS["received"][lang].format(
        day=inputs.day, amount=pesos(inputs.amount_c), residue=pesos_mc(inputs.residue_mc)
    )
    yield _TEXTS["tariff"][lang].format(
        code=tariff.code,
        version=tariff.version,
        valid_from=tariff.valid_from,
        bought=kwh(inputs.bought_units),
    )
    for line in quote.lines:
        yield _line(line, lang)
    yield _TEXTS["total"][lang].format(
        kwh=kwh(quote.units), amount=pesos(quote.energy_c), residue=pesos_mc(quote.residue_mc)
    )
    if quote.subsidy_mc:
        kind = "subsidy" if quote.subsidy_mc > 0 else "contribution"
        yield _TEXTS[kind][lang].format(amount=pesos_mc(abs(quote.subsidy_mc)))


def _line(line: Line, lang: Lang) -> str:
    values = {
        "name": line.name,
        "amount": pesos(line.amount_c),
        "kwh": kwh(line.units),
        "price": f"$ {_grouped(line.price_e4, 10_000, 4)}",
        "balance": "" if line.balance_c is None else pesos(line.balance_c),
    }
    kind = LineKind.LEVY if line.balance_c is None and line.kind is not LineKind.ENERGY else line.kind
    return _TEXTS[kind.value][lang].format(**values)


def pesos(amount_c: int) -> str:
    """Centavos as Colombia writes pesos.

    >>> pesos(123456789)
    '$ 1.234.567,89'
    """
    return f"$ {_grouped(amount_c, 100, 2)}"


def pesos_mc(amount_mc: int) -> str:
    """Thousandths of a centavo as pesos, with all their decimals.

    >>> pesos_mc(32713)
    '$ 0,32713'
    """
    return f"$ {_grouped(amount_mc, 100 * MILLI_PER_CENTAVO, 5)}"


def kwh(units: int) -> str:
    """Units of 0.1 kWh as kWh.

    >>> kwh(12345)
    '1.234,5'
    """
    return _grouped(units, 10, 1)


def _grouped(value: int, denominator: int, decimals: int) -> str:
    whole, rest = divmod(value, denominator)
    return f"{whole:,}".replace(",", ".") + f",{rest:0{decimals}d}"
