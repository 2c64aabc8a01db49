"""Options, sentences and interruption that the commands on simulated worlds share."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from amibench.errors import CommandError
from sim.scenarios.scenario import DAYS_MAX, Scenario, load_scenario
from sim.scenarios.tables import ScenarioError

_TEXTS: dict[str, tuple[str, str]] = {
    # while it runs
    "running": ("day {day:.1f} of {days:g}", "día {day:.1f} de {days:g}"),
    "replicas": ("replicas", "réplicas"),
    "interrupted": (
        "Interrupted: what follows is of the {days:.2f} days that were done.",
        "Interrumpido: lo que sigue es de los {days:.2f} días que alcanzaron a pasar.",
    ),
    "kept": (
        "Interrupted: {done} of {asked} replicas are done and kept; the same command does the others.",
        "Interrumpido: {done} de {asked} réplicas están hechas y guardadas; la misma orden hace las otras.",
    ),
    "files": ("files in {folder}", "archivos en {folder}"),
    # the summary
    "title": ("{name}, seed {seed}, {days:g} days", "{name}, semilla {seed}, {days:g} días"),
    "energy": ("Energy", "Energía"),
    "generated_pv_wh": ("from the sun", "del sol"),
    "generated_diesel_wh": ("from the engine", "del motor"),
    "curtailed_pv_wh": ("sun not used", "sol no aprovechado"),
    "delivered_wh": ("through the meters", "por los medidores"),
    "stolen_wh": ("stolen", "hurtada"),
    "technical_losses_wh": ("lost in the lines", "perdida en las líneas"),
    "plant_losses_wh": ("lost in battery and inverter", "perdida en batería e inversor"),
    "battery_change_wh": ("more in the battery", "más en la batería"),
    "balance": ("left over", "sobrante"),
    "supply": ("Supply", "Servicio"),
    "service": ("hours of service a day", "horas de servicio al día"),
    "voltage": ("voltage, lowest and highest", "tensión, mínima y máxima"),
    "losses": ("technical losses", "pérdidas técnicas"),
    "events": ("what happened", "lo que pasó"),
    "theft": ("Theft", "Hurto"),
    "planted": ("planted", "sembrado"),
    "planted-row": ("{kind} at {meter}: {kwh:.1f} kWh", "{kind} en {meter}: {kwh:.1f} kWh"),
    "found": ("the totaliser misses", "al totalizador le faltan"),
    "nothing": ("nothing", "nada"),
    "metering": ("Metering", "Medición"),
    "in-class": ("registers within their class", "registros dentro de su clase"),
    "worst": ("the worst", "el peor"),
    "reads": ("reads done of wanted", "lecturas hechas de las pedidas"),
    "reads-late": ("of these, late", "de estas, tarde"),
    "rows": ("readings captured and stored", "lecturas capturadas y guardadas"),
    "rows-on_their_way": ("of the last hours, not yet", "de las últimas horas, aún no"),
    "rows-missing": ("missing", "faltan"),
    "rows-duplicated": ("twice", "repetidas"),
    "sales": ("Customers", "Usuarios"),
    "bought": ("tokens bought", "códigos comprados"),
    "accepted": ("accepted", "aceptados"),
    "refused": ("refused", "rechazados"),
    "unanswered": ("without answer", "sin respuesta"),
    "turned-away": ("turned away at the shop", "sin venta en la tienda"),
    "cut-off": ("without credit now", "sin crédito ahora"),
    "cuts": ("cut off and reconnected", "cortes y reconexiones"),
    "keys": ("Change of keys", "Cambio de claves"),
    "changed": ("meters with the new key", "medidores con la clave nueva"),
    "stranded": ("stranded", "varados"),
    "digest": ("digest", "huella"),
    "of": ("{part} of {whole}", "{part} de {whole}"),
    # the charts
    "plot-supply": ("Supply", "Suministro"),
    "plot-losses": ("Losses and theft", "Pérdidas y hurto"),
    "plot-voltages": ("Voltage at the homes", "Tensión en las casas"),
    "plot-availability": ("Availability by hour of the day", "Disponibilidad por hora del día"),
    "plot-reads": ("Reads", "Lecturas"),
    "sun": ("sun", "sol"),
    "engine": ("engine", "motor"),
    "delivered": ("delivered", "entregada"),
    "battery": ("battery, %", "batería, %"),
    "lines": ("lines", "líneas"),
    "stolen": ("stolen", "hurtada"),
    "lowest": ("lowest", "mínima"),
    "mean": ("mean", "media"),
    "highest": ("highest", "máxima"),
    "wanted": ("wanted", "pedidas"),
    "done": ("done", "hechas"),
    "cut-off-share": ("without credit, %", "sin crédito, %"),
    "days": ("days", "días"),
    "hour": ("hour of the day", "hora del día"),
    # a campaign
    "campaign": ("{name}, {count} replicas", "{name}, {count} réplicas"),
    "figure": ("figure", "cifra"),
    "low": ("lowest", "mínimo"),
    "high": ("highest", "máximo"),
    "digests": ("digests: {count} different", "huellas: {count} distintas"),
    # inject
    "active": ("{device}: active now: {faults}", "{device}: activas ahora: {faults}"),
    "none": ("none", "ninguna"),
    "can-fail": ("{device} can fail so:", "{device} puede fallar así:"),
    # errors
    "scenario": ("{detail}", "el escenario no sirve: {detail}"),
    "cannot-write": ("cannot write {place}: {detail}", "no se puede escribir {place}: {detail}"),
    "link": ("{detail}", "no se puede abrir el enlace: {detail}"),
    "no-secret": (
        "{control} needs the secret of the control channel: give the control file that sim serve names, or "
        "AMIBENCH_CONTROL_SECRET",
        "{control} necesita el secreto del canal de control: dé el archivo de control que nombra sim serve, "
        "o AMIBENCH_CONTROL_SECRET",
    ),
    "no-control": (
        "{control} says nothing of a control channel: give the control file that sim serve names",
        "{control} no dice nada de un canal de control: dé el archivo de control que nombra sim serve",
    ),
    "refused-control": ("{detail}", "el canal de control se niega: {detail}"),
    "campaign-failed": ("{detail}", "la campaña no puede seguir: {detail}"),
}


def text(name: str, lang: str, /, **facts: object) -> str:
    """One sentence in ``es`` or ``en``."""
    english, spanish = _TEXTS[name]
    return (spanish if lang == "es" else english).format(**facts)


# ---------------- Options

Name = Annotated[str, typer.Argument(metavar="SCENARIO", help="A world of the product, or a .toml file.")]
Days = Annotated[
    float | None,
    typer.Option(min=0.001, max=DAYS_MAX, help="How long; without it, as the scenario says."),
]
Seed = Annotated[
    int | None,
    typer.Option(min=0, max=2**64 - 1, help="Seed of the world; without it, as the scenario says."),
]
Wire = Annotated[str | None, typer.Option(help="Kind of wire in place of the scenario's: generic or prime.")]
PanelPort = Annotated[
    int | None,
    typer.Option(min=0, max=65_535, help="TCP port of a page with the customer units; 0: a free one."),
]
Epoch = Annotated[
    datetime | None, typer.Option(help="Instant (UTC) at which the world begins; without it, its scenario's.")
]
Lang = Annotated[str | None, typer.Option(help="es or en.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def in_utc(asked: datetime) -> datetime:
    """An instant of the command line: UTC unless it says otherwise."""
    return asked.replace(tzinfo=UTC) if asked.tzinfo is None else asked.astimezone(UTC)


def scenario_of(
    name: str, lang: str, *, days: float | None = None, seed: int | None = None, wire: str | None = None
) -> Scenario:
    """The scenario that was asked for, with what the command line says otherwise.

    Raises:
        CommandError: there is no such scenario, or it is wrong.
    """
    try:
        scenario = load_scenario(name)
        changes = {key: value for key, value in {"days": days, "seed": seed}.items() if value is not None}
        scenario = scenario.with_frame(**changes)
    except ScenarioError as error:
        raise wrong_scenario(error, lang) from error
    return scenario if wire is None else scenario.with_wire(wire)


def wrong_scenario(error: ScenarioError, lang: str) -> CommandError:
    """The sentence about a scenario that cannot be had."""
    return CommandError(text("scenario", lang, detail=error))


def cannot_write(place: Path, error: OSError, lang: str) -> CommandError:
    """The sentence about a file that cannot be written."""
    return CommandError(text("cannot-write", lang, place=place, detail=error.strerror or error))


@contextlib.contextmanager
def interrupt_requested() -> Iterator[Callable[[], bool]]:
    """Function that is True after Ctrl-C, which waits for the end of a step of the world."""
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))
    try:
        yield lambda: bool(came)
    finally:
        signal.signal(signal.SIGINT, before)
