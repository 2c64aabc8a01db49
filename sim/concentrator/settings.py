"""`ConcentratorTerms`: everything that makes one concentrator, from its table in a scenario."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sim.concentrator.errors import TermsError
from sim.concentrator.plans import DEFAULT_PLANS, Plan, parse_plan
from sim.concentrator.terms import (
    BalanceTerms,
    ClockTerms,
    PowerTerms,
    StorageTerms,
    UplinkTerms,
    WireTerms,
    check,
)
from sim.kernel.medium import EUI48_SIZE
from sim.kernel.tables import TableError, table_values

T = TypeVar("T")

#: Locally administered, in no assigned range.
DEFAULT_EUI48 = bytes.fromhex("02dc00000001")


@dataclass(frozen=True, slots=True)
class WebTerms:
    """Local page of a concentrator.

    Args:
        lang: ``es`` or ``en``, before a language is chosen.
        session_s: s of idleness after which a session ends (S12 AccInacTimeout is 30 minutes [M]).
        attempts: wrong passwords before a pause, 1 or more.
        pause_s: s of that pause; it doubles each time.
        password_min: characters that a password has at least, 8 or more.
    """

    lang: str = "es"
    session_s: float = 1_800.0
    attempts: int = 5
    pause_s: float = 60.0
    password_min: int = 10

    def __post_init__(self) -> None:
        check(self.lang in ("es", "en"), "lang must be es or en")
        check(
            self.attempts >= 1 and self.password_min >= 8,
            "attempts must be 1 or more, password_min 8 or more",
        )
        check(min(self.session_s, self.pause_s) > 0, "session_s and pause_s must be above 0")


@dataclass(frozen=True, slots=True)
class ConcentratorTerms:
    """Settings of one concentrator.

    Args:
        serial: on its case.
        ldn: logical device name, 1 to 16 ASCII characters.
        eui48: of its modem.
        title: system title of its own sessions, 8 octets; None: FLAG id and modem address.
        whitelist: serials of the meters that are expected; None: any registers.
        reader_password: of the reader of its own logical device; empty: only the public client; never shown.
        plans: what is collected.
    """

    serial: str = "90000001"
    ldn: str = "AMBDC00000000001"
    eui48: bytes = DEFAULT_EUI48
    title: bytes | None = None
    whitelist: frozenset[str] | None = None
    reader_password: str = field(default="", repr=False)
    plans: tuple[Plan, ...] = DEFAULT_PLANS
    wire: WireTerms = field(default_factory=WireTerms)
    storage: StorageTerms = field(default_factory=StorageTerms)
    clock: ClockTerms = field(default_factory=ClockTerms)
    uplink: UplinkTerms = field(default_factory=UplinkTerms)
    balance: BalanceTerms = field(default_factory=BalanceTerms)
    power: PowerTerms = field(default_factory=PowerTerms)
    web: WebTerms = field(default_factory=WebTerms)

    def __post_init__(self) -> None:
        check(1 <= len(self.ldn) <= 16 and self.ldn.isascii(), "ldn must be 1 to 16 ASCII characters")
        check(1 <= len(self.serial) <= 32, "serial must be 1 to 32 characters")
        check(len(self.eui48) == EUI48_SIZE, "eui48 must be 12 hexadecimal digits")
        check(self.title is None or len(self.title) == 8, "title must be 16 hexadecimal digits")
        names = [plan.name for plan in self.plans]
        check(len(set(names)) == len(names), "two plans have the same name")

    @property
    def system_title(self) -> bytes:
        """System title of its own sessions."""
        return self.title or b"AMB" + self.eui48[1:]


_SECTIONS: dict[str, type] = {
    "wire": WireTerms,
    "storage": StorageTerms,
    "clock": ClockTerms,
    "uplink": UplinkTerms,
    "balance": BalanceTerms,
    "power": PowerTerms,
    "web": WebTerms,
}


def concentrator_terms(table: Mapping[str, Any]) -> ConcentratorTerms:
    """The terms from a table of a scenario.

    Raises:
        TermsError: something is unknown, of the wrong kind or out of range; one sentence.
    """
    values = dict(table)
    for name, kind in _SECTIONS.items():
        if name in values:
            values[name] = _section(name, kind, values[name])
    if "plans" in values:
        check(isinstance(values["plans"], list), "plans must be a list of tables")
        values["plans"] = tuple(parse_plan(plan) for plan in values["plans"])
    for name in ("eui48", "title"):
        if name in values:
            values[name] = _octets(name, values[name])
    if "whitelist" in values:
        check(isinstance(values["whitelist"], list), "whitelist must be a list of serials")
        values["whitelist"] = frozenset(str(serial) for serial in values["whitelist"])
    return _section("concentrator", ConcentratorTerms, values)


def _section(name: str, kind: type[T], table: Any) -> T:
    try:
        table_values(kind, table)
    except TableError as error:
        raise TermsError(_sentence(name, error)) from error
    # the values as they were written: the page of parameters shows 60, not 60.0
    made = {key: tuple(value) if isinstance(value, list) else value for key, value in dict(table).items()}
    try:
        return kind(**made)
    except TermsError as error:
        raise TermsError(f"{name}: {error}") from error


def _sentence(name: str, error: TableError) -> str:
    match error.fault:
        case "table":
            return f"{name} must be a table"
        case "unknown":
            keys, known = ", ".join(sorted(error.keys)), ", ".join(sorted(error.known))
            return f"{name}: {keys} is unknown; it takes {known}"
    return f"{name}.{error.keys[0]} must be {error.wanted}"


def _octets(name: str, value: object) -> bytes:
    try:
        return value if isinstance(value, bytes) else bytes.fromhex(str(value).replace(":", ""))
    except ValueError as error:
        raise TermsError(f"{name} must be hexadecimal digits") from error
