"""Refusals of pricing: one table of codes, each with its words in Spanish and English."""

from collections.abc import Mapping
from typing import ClassVar

from system.security_module.refusals import Worded, Words

#: Code -> words, without capital and full stop: they stand within other sentences, too.
REASONS: Mapping[str, Words] = {
    "amount": Words(
        "el valor debe ser mayor que 0 y a lo sumo {most} COP",
        "the amount must be above 0 and at most {most} COP",
    ),
    "not-in-force": Words(
        "la tarifa {tariff} no está vigente el {day}", "tariff {tariff} is not in force on {day}"
    ),
    "none-in-force": Words("ninguna tarifa está vigente el {day}", "no tariff is in force on {day}"),
    "below-zero": Words(
        "lo comprado antes y el saldo a favor no pueden ser menores que 0",
        "neither what was bought before nor the residue can be below 0",
    ),
    "deductions-share": Words(
        "la parte máxima de las deducciones va de 0 a 100 %",
        "the largest share of deductions must be from 0 to 1 000 000 ppm",
    ),
    "unknown-rules": Words(
        "aquí no se conocen las reglas de precio {rules}; se conocen: {known}",
        "pricing rules {rules} are unknown here; known: {known}",
    ),
    "beyond-token": Words(
        "el valor compra más de los {most_kwh} kWh que caben en un token",
        "the amount buys more than the {most_kwh} kWh that a token can carry",
    ),
    "units": Words(
        "se venden de 0,1 a {most_kwh} kWh a la vez", "from 0.1 to {most_kwh} kWh can be sold at once"
    ),
    "no-rule": Words(
        "falta la cuota o la parte de la recarga", "a rule needs a quota or a share of the amount"
    ),
    "rule-below-zero": Words(
        "la cuota, lo ya cobrado y el tope deben ser 0 o más",
        "quota, what was taken of it, and cap must be 0 or more",
    ),
    "rule-share": Words(
        "la parte de la recarga va de 0 a 100 %", "the share must be from 0 to 1 000 000 ppm"
    ),
    "debt-below-zero": Words("{name}: la deuda no puede ser menor que 0", "{name}: a debt cannot be below 0"),
    "step-price": Words(
        "el bloque {name} no tiene un precio mayor que 0", "the step {name} has no price above 0"
    ),
    "last-step": Words(
        "tarifa {tariff}: el último bloque no lleva tope",
        "tariff {tariff}: the last step must be without end",
    ),
    "step-order": Words(
        "tarifa {tariff}: cada bloque debe terminar por encima del anterior",
        "tariff {tariff}: each step must end above the one before",
    ),
    "unit-cost": Words(
        "tarifa {tariff}: el costo unitario debe ser mayor que 0",
        "tariff {tariff}: the unit cost must be above 0",
    ),
    "no-reference": Words(
        "no hay una tarifa de referencia publicada para {customer}",
        "no reference tariff is published for {customer}",
    ),
    "losses": Words(
        "las pérdidas van de 0 a menos de 100 %", "losses must be from 0 to less than 1 000 000 ppm"
    ),
    "consumption": Words(
        "el consumo y lo facturado antes no pueden ser menores que 0",
        "neither the consumption nor what was billed before can be below 0",
    ),
    "availability": Words(
        "el cargo debe ser 0 o más y cada parte ir de 0 a 100 %",
        "the fee must be 0 or more and every share from 0 to 1 000 000 ppm",
    ),
    "not-sale-inputs": Words(
        "no son los datos guardados de una venta", "these are not the stored inputs of a sale"
    ),
    "not-a-tariff": Words("no es una tarifa como se guarda", "this is not a tariff as it is stored"),
    "not-an-obligation": Words(
        "no es una obligación como se guarda", "this is not an obligation as it is stored"
    ),
}


class PricingError(Worded, ValueError):
    """Inputs that have no price."""

    REASONS: ClassVar[Mapping[str, Words]] = REASONS

    @property
    def sentence(self) -> str:
        """A whole Spanish sentence."""
        return f"{self.es[0].upper()}{self.es[1:]}."
