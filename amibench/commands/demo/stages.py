"""The processes of the demo in their order, each ready before the next needs it.

Collector and worker come last: nobody waits for them, and the portal says by itself what they did.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from amibench.commands.demo.village import village_of
from amibench.module_edge import wall_utc
from amibench.office.meter_keys import write_meter_keys
from amibench.office.module import start_module
from amibench.office.processes import Child, Family
from amibench.office.settings import control_file
from conformance.bench.control_client import ControlClient
from links import open_link
from system.demo.village import Village

#: What the world has lived when it is first shown, s: its meters have answered the concentrator.
_LIVED_S = 900.0
_DAY_S = 86_400.0
#: Of the collector, s of the wall: between two looks for work, for an answer.
_IDLE_S, _PATIENCE_S = 0.5, 10.0
#: How finely a clock is read that runs faster than ours, s of the wall; and what meters may be off, s.
_UNSEEN_S, _TOLERANCE_S = 1.0, 5.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for.

    Args:
        scenario: the world.
        port: TCP port of the portal; 0 takes a free one.
        panel_port: of the customer units' page; 0 takes a free one.
        speed: device seconds that pass in a second.
        days: how long the world has lived when it is first shown.
    """

    scenario: str
    port: int
    panel_port: int
    speed: float
    days: float


@dataclass(frozen=True, slots=True)
class Running:
    """A demo that is ready.

    Args:
        village: its meters and users.
        portal: URL.
        panel: URL of the customer units.
        concentrators: URLs of their local pages.
        speed: device seconds that pass in a second.
    """

    village: Village
    portal: str
    panel: str
    concentrators: tuple[str, ...]
    speed: float

    @property
    def first_drn(self) -> str:
        """The number of the meter without credit."""
        return next(meter.drn for meter in self.village.meters if meter.name == self.village.first)

    @property
    def first_unit(self) -> str:
        """URL of its customer unit."""
        return f"{self.panel}/meter/{self.village.first}"


def start(family: Family, folder: Path, wishes: Wishes) -> Running:
    """Start everything.

    Raises:
        ChildDiedError: a process did not come up.
        CommandError: the world has no homes, or a file cannot be written.
    """
    rows = family.start("database", ["system.demo"])  # the slowest begins first
    field = _start_field(family, folder, wishes)
    module = start_module(family, folder)
    world = field.line()
    village = village_of(world)
    module.line()
    rows.line()
    rows.tell(village.to_json())
    token = rows.line()["empty_token"]
    family.finish(rows)
    portal = family.start("portal", ["amibench", "system", "serve", "--port", str(wishes.port)])
    _type(world["control"], folder, village.first, token)
    pages = [concentrator["web"] for site in world["sites"] for concentrator in site["concentrators"]]
    url = portal.line()["url"]
    _start_office(family, folder, wishes.speed)
    return Running(village, url, world["panel"], tuple(pages), wishes.speed)


def _start_field(family: Family, folder: Path, wishes: Wishes) -> Child:
    lived_s = _LIVED_S + wishes.days * _DAY_S
    epoch = (wall_utc() - timedelta(seconds=lived_s)).replace(microsecond=0, tzinfo=None)
    options: dict[str, Any] = {
        "--speed": wishes.speed,
        "--lived": lived_s,
        "--epoch": epoch.isoformat(),
        "--panel-port": wishes.panel_port,
        "--control-file": control_file(folder),
    }
    words = [str(word) for pair in options.items() for word in pair]
    return family.start("field", ["amibench", "sim", "serve", wishes.scenario, "--no-meter-ports", *words])


def _start_office(family: Family, folder: Path, speed: float) -> None:
    """The collector, which speaks with the meters, and the worker, which does what nobody clicks."""
    keys = write_meter_keys(folder / "meters.toml", control_file(folder))
    options: dict[str, Any] = {
        "--keys": keys,
        "--name": "demo",
        "--idle": _IDLE_S,
        "--patience": _PATIENCE_S,
        "--clock-tolerance": min(900.0, max(_TOLERANCE_S, _UNSEEN_S * speed)),
    }
    words = [str(word) for pair in options.items() for word in pair]
    family.start("collector", ["amibench", "system", "collect", *words])
    family.start("worker", ["amibench", "system", "work"])


def _type(control: str, folder: Path, meter: str, token: str) -> None:
    """Type a token into a meter, as a finger would."""
    from system.config.world_clock import WorldControl

    secret = WorldControl.read(control_file(folder)).secret
    link = open_link(control)
    try:
        ControlClient(link, secret).call("keypad.enter", {"digits": token}, meter)
    finally:
        link.close()
