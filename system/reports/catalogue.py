"""Catalogue: the one table of reports."""

from collections.abc import Mapping

from system.reports.declaration import MACHINE_CSV, Chart, ChartShape, Report
from system.reports.parameters import COMMUNITY, ESTRATO, PERIOD, PLACES, POINT, TARIFF, ZONE, choice
from system.reports.queries import (
    consumption,
    purchase_habits,
    receivables,
    recharges,
    sales,
    statistics,
    subsidies,
    zni,
)
from system.reports.queries.filters import DIMENSIONS

SECTIONS = ("Ventas", "Cartera y obligaciones", "Vigilancia", "Estadística", "Consumo", "Regulación")
_ANSWERS: Mapping[str, str] = {
    "dia": "¿Cuánto se vendió cada día, y cuánto deben los puntos por ello?",
    "mes": "¿Cuánto se vendió cada mes?",
    "punto": "¿Cuánto vendió cada punto de venta?",
    "turno": "¿Cuánto recaudó cada cajero en cada turno?",
    "comunidad": "¿Cuánto se vendió en cada comunidad?",
    "zona": "¿Cuánto se vendió en cada zona?",
    "estrato": "¿Cuánto se vendió a cada estrato?",
    "tarifa": "¿Cuánto se vendió con cada tarifa?",
}
_NO_SALES = "No hay ventas en ese período. Cambie las fechas o los filtros, o venda algo primero."


def _sales(name: str) -> Report:
    dimension = DIMENSIONS[name]
    x = dimension.columns[0].name
    return Report(
        f"ventas-por-{name}",
        f"Ventas por {dimension.title}",
        "Ventas",
        _ANSWERS[name],
        (*dimension.columns, *sales.COLUMNS),
        sales.query_by(name),
        (*PERIOD, POINT, COMMUNITY, ZONE, ESTRATO, TARIFF),
        (
            Chart(f"Recibido y neto por {dimension.title}", x, ("recibido", "neto")),
            Chart(f"Energía vendida por {dimension.title}", x, ("kwh",)),
        ),
        empty=_NO_SALES,
    )


_BY = choice("by", "Agrupar por", statistics.GROUPINGS, "comunidad")

_REPORTS: tuple[Report, ...] = (
    *map(_sales, DIMENSIONS),
    Report(
        "comercios",
        "Cuenta de los comercios",
        "Ventas",
        "¿Cuánto debe cada comercio, cuánto entregó y cuánto cupo le queda?",
        receivables.MERCHANT_COLUMNS,
        receivables.query_merchants,
        PERIOD,
        (Chart("Recaudado y entregado por comercio", "comercio", ("recaudo", "entrego")),),
        empty="Aún no hay comercios: regístrelos en Puntos de venta.",
    ),
    Report(
        "obligaciones",
        "Estado de obligaciones",
        "Cartera y obligaciones",
        "¿Cuánto se debía, se cargó, se recaudó y se debe de cada obligación?",
        receivables.OBLIGATION_COLUMNS,
        receivables.query_obligations,
        (*PERIOD, *PLACES),
        empty="Nadie tiene obligaciones ni facturas en ese período.",
    ),
    Report(
        "obligaciones-por-instalacion",
        "Obligaciones por instalación",
        "Cartera y obligaciones",
        "¿Cuánto debe cada instalación en total?",
        receivables.INSTALLATION_COLUMNS,
        receivables.query_per_installation,
        (*PERIOD, *PLACES),
        empty="Nadie debió nada en ese período.",
    ),
    Report(
        "ultima-recarga",
        "Última recarga y señales de fraude",
        "Vigilancia",
        "¿Quién dejó de comprar, nunca compró, o consume lo que no compra?",
        recharges.COLUMNS,
        recharges.query,
        recharges.PARAMETERS,
        empty="Ninguna instalación prepago responde a esos filtros.",
    ),
    Report(
        "habitos",
        "Cambios de hábito",
        "Vigilancia",
        "¿Quién compra hoy muy distinto a como compraba?",
        purchase_habits.COLUMNS,
        purchase_habits.query,
        purchase_habits.PARAMETERS,
        empty="Nadie cambió su hábito de compra según esos límites.",
    ),
    Report(
        "estadistica",
        "Estadística por grupo",
        "Estadística",
        "¿Cómo se reparten clientes, ventas, energía y cartera?",
        statistics.COLUMNS,
        statistics.query,
        (*PERIOD, _BY, *PLACES),
        (
            Chart("Ventas y cartera", "grupo", ("ventas", "cartera")),
            Chart("Energía", "grupo", ("kwh", "kwh_por_instalacion")),
        ),
        empty="Aún no hay instalaciones: regístrelas en Clientes.",
    ),
    Report(
        "curva-de-consumo",
        "Curva de consumo",
        "Consumo",
        "¿Cuánto consume un cliente, y cuándo?",
        consumption.COLUMNS,
        consumption.query,
        consumption.PARAMETERS,
        (Chart("Consumo", "termina", ("kwh", "kwh_parcial"), ChartShape.LINE),),
        empty=consumption.NO_READINGS,
    ),
    Report(
        "subsidios",
        "Subsidios y contribuciones",
        "Regulación",
        "¿Cuánto subsidio debe la Nación por cada mes, estrato y tarifa?",
        subsidies.COLUMNS,
        subsidies.query,
        (*PERIOD, ESTRATO, TARIFF),
        (Chart("Subsidio y contribución", "mes", ("subsidio", "contribucion")),),
        empty=_NO_SALES,
    ),
    Report(
        "zni-comercial",
        zni.LAYOUT.title,
        "Regulación",
        "¿Qué se le informa a la Superintendencia de cada factura y recarga?",
        zni.COLUMNS,
        zni.query,
        zni.PARAMETERS,
        dialect=MACHINE_CSV,
        empty="No hay facturas ni recargas en ese período.",
    ),
)
REGISTRY: Mapping[str, Report] = {report.name: report for report in _REPORTS}
