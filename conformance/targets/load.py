"""Target under test, from what the user wrote: nothing, a URL, a file, or the name of a virtual meter.

TargetError     the target cannot be used: one sentence with the mend
"""

import tomllib
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, ValidationError

from conformance.targets.model import KeysFile, Statement, vendor_table
from conformance.vending import adapters
from conformance.virtual_devices import MutantTraits, NoVirtualDevices, virtual_devices


class TargetError(Exception):
    """A target URL or file cannot be used; the message is the whole sentence that the user sees."""


# ---------------------------------------------------------------- complaints


def sentence(error: ValidationError, model: type[BaseModel]) -> str:
    """The first complaint of `error`, in words; keys are named as the file spells them."""
    complaints = error.errors(include_url=False, include_input=False)
    # A misspelt key is also a missing one: the spelling is what the person can act on.
    first = next((c for c in complaints if c["type"] == "extra_forbidden"), complaints[0])
    place = [str(part) for part in first["loc"] if part != "[key]"]
    if first["type"] == "extra_forbidden":
        *table, key = place
        allowed = ", ".join(sorted(_fields_at(model, table)))
        return f"unknown key `{key}` in {_table(table)}; allowed: {allowed}"
    if first["type"] == "missing":
        *table, key = place
        return f"{_table(table)} lacks the key `{key}`"
    message = first["msg"].removeprefix("Value error, ")
    return f"`{'.'.join(place)}`: {message}" if place else message


def _table(place: list[str]) -> str:
    return f"[{'.'.join(place)}]" if place else "the target file"


def _fields_at(model: type[BaseModel], place: list[str]) -> set[str]:
    """The keys that the table at `place` may hold."""
    for key in place:
        field = model.model_fields.get(key)
        inner = _model_in(field.annotation) if field else None
        model = inner or model  # the name inside a table of tables (`associations.reader`) leads nowhere new
    return set(model.model_fields)


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, typing.get_args(annotation))), None)


# ---------------------------------------------------------------- virtual meters

_FOLDER = Path(__file__).parent

#: The virtual devices by name: each is a profile of `sim.meter`, and a statement beside this module.
DEVICES: tuple[str, ...] = (
    "minimal",
    "ppkw",
    "ppkw-full",
    "ppkw-lockout",
    "ppkw-plc",
    "ppkw-postpaid",
    "ppkw-suite1",
    "ppkw-suite2",
    "ppkw-village",
    "ppkw07",
    "totaliser",
)


def statement_table(device: str) -> dict[str, Any]:
    """The statement of a virtual device as plain data, with what it extends put under it.

    Raises:
        LookupError: there is no such device.
    """
    if device not in DEVICES:
        raise LookupError(f"no virtual device called `{device}`; known: {', '.join(DEVICES)}")
    table = tomllib.loads((_FOLDER / f"{device}.toml").read_text(encoding="utf-8"))
    base = table.pop("extends", None)
    return table if base is None else _laid_over(statement_table(base), table)


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Tables are joined key by key; everything else of `above` replaces what was there."""
    joined = dict(below)
    for key, value in above.items():
        under = joined.get(key)
        joined[key] = (
            _laid_over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
        )
    return joined


# ---------------------------------------------------------------- targets

_M = TypeVar("_M", bound=BaseModel)

DEFAULT = "sim://ppkw"

#: The statement of the virtual PPKW meter, as a maker would write it.
PPKW_FILE = Path(__file__).with_name("ppkw.toml")

_SIMULATED = ("sim", "mutant")
_REACHED = ("tcp", "serial")
_SIM_OPTIONS = ("seed", "framing")
_LINK_OPTIONS = ("framing", "server_sap", "physical_address", "address_bytes", "response_timeout_s")


@dataclass(frozen=True, slots=True)
class Target:
    """A device under test, ready to be reached.

    `given` is what the user wrote; `mutant` names the meter built wrong on purpose, where it is one; `device`
    is the model of a simulated meter.
    """

    given: str
    statement: Statement
    seed: int
    mutant: str | None = None
    device: str = "ppkw"

    @property
    def scheme(self) -> str:
        """``sim``, ``mutant``, ``tcp`` or ``serial``."""
        return urlsplit(self.statement.link.url).scheme

    @property
    def simulated(self) -> bool:
        """True if the bench owns the device's world and its virtual time."""
        return self.scheme in _SIMULATED

    @property
    def vending(self) -> bool:
        """True if the target is a vending system rather than a meter."""
        return self.statement.vending is not None

    @property
    def profile(self) -> str:
        """The profile of the catalogue that such a target is tried by where nothing is said."""
        return "vending" if self.vending else "ipse-teorama"

    @property
    def framing(self) -> str:
        """``wrapper`` or ``hdlc``; ``requests`` to a vending system."""
        return "requests" if self.vending else self.statement.link.framing

    @property
    def clock_kind(self) -> str:
        """``virtual``, ``served`` or ``wall``."""
        in_process = self.vending and adapters.in_process(self.statement.link.url)
        return "virtual" if self.simulated or in_process else self.statement.link.clock


def load(target: str | None, *, seed: int, keys: Path | None = None) -> Target:
    """Understand `target`: None is the virtual PPKW meter, text with ``://`` a URL, anything else a file.

    Args:
        target: what the user wrote.
        seed: of the world, for a simulated device whose URL does not say another one.
        keys: a file of associations, for a device reached by a bare URL.

    Raises:
        TargetError: it cannot be used, in one sentence.
    """
    given = DEFAULT if target is None else target
    if "://" not in given:
        return Target(given, _statement_from(Path(given)), seed)
    if adapters.is_vendor(given):
        return Target(given, _vendor_statement(vendor_table(given), given), seed)
    scheme = urlsplit(given).scheme
    if scheme in _SIMULATED:
        return _simulated(given, seed)
    if scheme in _REACHED:
        return Target(given, _bare_statement(given, keys), seed)
    known = ", ".join((*_SIMULATED, *_REACHED, *adapters.SCHEMES))
    raise TargetError(f"unknown scheme `{scheme}` in {given}; known: {known}")


def _simulated(given: str, seed: int) -> Target:
    parts = urlsplit(given)
    options = _options(given, _SIM_OPTIONS)
    name = parts.netloc
    mutant = name if parts.scheme == "mutant" else None
    traits = None if mutant is None else _mutant_traits(mutant)
    if not isinstance(options.get("seed", 0), int):
        raise TargetError(f"`seed` in {given} is not a whole number")
    device = name if traits is None else traits.profile
    try:
        raw = statement_table(device)
    except LookupError as error:
        raise TargetError(str(error)) from error
    usual = "wrapper" if traits is None else traits.framing
    raw["link"] |= {"url": f"{parts.scheme}://{name}", "framing": options.get("framing", usual)}
    statement = _validated(Statement, raw, given)
    return Target(given, statement, int(options.get("seed", seed)), mutant, device)


def _mutant_traits(name: str) -> MutantTraits:
    try:
        devices = virtual_devices()
    except NoVirtualDevices as error:
        raise TargetError(str(error)) from error
    if name not in devices.mutants():
        raise TargetError(f"no mutant called `{name}`; known: {', '.join(devices.mutants())}")
    return devices.traits(name)


def _bare_statement(given: str, keys: Path | None) -> Statement:
    """A device of which only the URL is known: the public client, the wall clock, no stations."""
    options = _options(given, _LINK_OPTIONS, others_stay=True)
    parts = urlsplit(given)
    if parts.scheme == "tcp" and not _has_port(given):
        raise TargetError(f"{given} names no port; write for example tcp://10.1.2.3:4059")
    kept = "&".join(f"{k}={v}" for k, v in parse_qsl(parts.query) if k not in _LINK_OPTIONS)
    url = given.partition("?")[0] + (f"?{kept}" if kept else "")
    framing = options.pop("framing", "hdlc" if parts.scheme == "serial" else "wrapper")
    associations: dict[str, Any] = {"public": {"client_sap": 16}}
    if keys is not None:
        extra = _validated(KeysFile, _read_toml(keys), str(keys))
        associations |= extra.model_dump()["associations"]
    raw = {
        "device": {"name": f"{parts.netloc or parts.path}"},
        "link": {"url": url, "framing": framing, **options},
        "associations": associations,
    }
    return _validated(Statement, raw, given)


def _vendor_statement(raw: dict[str, Any], named: str) -> Statement:
    """The statement of a vending system; its URL must mean one."""
    statement = _validated(Statement, raw, named)
    url = statement.link.url
    wrong = adapters.complaint(url)
    if not adapters.is_vendor(url):
        wrong = f"[link] url of a vending system must begin with {', '.join(adapters.SCHEMES)}"
    if wrong is not None:
        raise TargetError(f"{named}: {wrong}")
    return statement


def _has_port(url: str) -> bool:
    try:
        return urlsplit(url).port is not None
    except ValueError as error:
        raise TargetError(f"{url}: {error}") from error


def _options(url: str, known: tuple[str, ...], *, others_stay: bool = False) -> dict[str, Any]:
    found = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    unknown = [key for key in found if key not in known]
    if unknown and not others_stay:
        raise TargetError(f"unknown option `{unknown[0]}` in {url}; known: {', '.join(known)}")
    numbers = {key: int(value) for key, value in found.items() if value.isdecimal()}
    return {key: value for key, value in (found | numbers).items() if key in known}


def _statement_from(path: Path) -> Statement:
    raw = _read_toml(path)
    if "vending" in raw:
        return _vendor_statement(raw, str(path))
    statement = _validated(Statement, raw, str(path))
    scheme = urlsplit(statement.link.url).scheme
    if scheme not in _REACHED:
        raise TargetError(f"{path}: [link] url must begin with {' or '.join(f'{s}://' for s in _REACHED)}")
    return statement


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TargetError(f"cannot read {path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TargetError(f"{path} is not a TOML file: {error}") from error


def _validated(model: type[_M], raw: dict[str, Any], named: str) -> _M:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise TargetError(f"{named}: {sentence(error, model)}") from error
