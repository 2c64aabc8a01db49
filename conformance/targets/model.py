"""The target file, ``amibench-target/1``: every section, key, default and range, in one place.

Unknown keys are errors, so that a misspelt `fraiming` cannot pass for a default. The published JSON schema
beside this module is made from these models by `conformance.targets.schema`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from conformance.targets.sts_section import StsSection

FORMAT: Literal["amibench-target/1"] = "amibench-target/1"

#: The stations a case may ask for; `associations`, framings and the free capabilities are the other needs.
StationName = Literal["keypad", "source", "load", "pulses", "cover", "magnet", "supply", "clock", "pause"]

#: What a device may declare to have, or declare to lack.
Capability = Literal[
    "sts", "token-gateway", "account", "disconnect", "load-profile", "key-change", "short-names"
]

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Sap = Annotated[int, Field(ge=1, le=0x3FFF)]


class Section(BaseModel):
    """A table of the target file: immutable, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DeviceSection(Section):
    """What the device is; nothing here is measured."""

    name: str = "device under test"
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    drn: str = ""
    firmware: str = ""
    flag_id: str = Field("", description="three letters with which the logical device name begins")


class LinkSection(Section):
    """Where the device answers, and in which framing."""

    url: str
    framing: Literal["wrapper", "hdlc"] = "wrapper"
    server_sap: Sap = 1
    physical_address: Annotated[int, Field(ge=0, le=0x3FFF)] = 17
    address_bytes: Literal[1, 2, 4] = 4
    response_timeout_s: Seconds = 5.0
    clock: Literal["wall", "served"] = Field(
        "wall",
        description="served: a simulated device in another process, whose clock the control channel moves",
    )


class AssociationSection(Section):
    """One application association that the device offers to the bench."""

    client_sap: Sap
    password: str | None = Field(
        None, repr=False, description="LLS secret as text; absent: no authentication"
    )
    password_hex: str | None = Field(None, repr=False, pattern=r"^([0-9A-Fa-f]{2})+$")

    @model_validator(mode="after")
    def _one_password(self) -> "AssociationSection":
        if self.password is not None and self.password_hex is not None:
            raise ValueError("give password or password_hex, not both")
        return self

    @property
    def secret(self) -> bytes | None:
        """The LLS secret as bytes; None for an association without authentication."""
        if self.password_hex is not None:
            return bytes.fromhex(self.password_hex)
        return None if self.password is None else self.password.encode()


class CapabilitySection(Section):
    """What the device declares to do, and what it declares not to do."""

    present: tuple[Capability, ...] = ()
    absent: tuple[Capability, ...] = ()

    @model_validator(mode="after")
    def _disjoint(self) -> "CapabilitySection":
        both = set(self.present) & set(self.absent)
        if both:
            raise ValueError(f"declared both present and absent: {', '.join(sorted(both))}")
        return self


class MetrologySection(Section):
    """The nameplate that measurements are judged by."""

    nominal_voltage_v: Annotated[float, Field(ge=50, le=480)] = 120.0
    frequency_hz: Literal[50, 60] = 60
    maximum_current_a: Annotated[float, Field(gt=0, le=320)] = 80.0
    pulses_per_kwh: Annotated[int, Field(gt=0, le=100_000)] = 3200
    accuracy_percent: Annotated[float, Field(gt=0, le=5)] = 1.0
    disconnect_within_s: Seconds = Field(10.0, description="time from exhausted credit to an open switch")
    reconnect_within_s: Seconds = 10.0
    overload_within_s: Seconds = Field(60.0, description="time above the power limit until the switch opens")
    clock_error_s_per_day: Annotated[float, Field(gt=0, le=60)] = 0.5


class ControlSection(Section):
    """The control channel of a simulated field: JSON lines, version 1, with a bearer secret."""

    url: str
    secret: str = Field(min_length=1, repr=False)


class StationSection(Section):
    """Which driver stands in for one station."""

    driver: Literal["control", "operator", "scpi"]
    url: str | None = Field(None, description="scpi: the instrument's link")
    voltage_command: str = "VOLT {voltage_v:.3f}"
    frequency_command: str = "FREQ {frequency_hz:.3f}"
    output_command: str = "OUTP {state}"
    identity_query: str = "*IDN?"

    @model_validator(mode="after")
    def _url_where_needed(self) -> "StationSection":
        if (self.driver == "scpi") != (self.url is not None):
            raise ValueError("url belongs to the scpi driver, and the scpi driver needs one")
        return self


class Statement(Section):
    """A whole target file."""

    format: Literal["amibench-target/1"] = FORMAT
    device: DeviceSection = DeviceSection()
    link: LinkSection
    associations: dict[str, AssociationSection] = Field(default_factory=dict)
    capabilities: CapabilitySection = CapabilitySection()
    metrology: MetrologySection = MetrologySection()
    sts: StsSection | None = None
    control: ControlSection | None = None
    stations: dict[StationName, StationSection] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _control_where_needed(self) -> "Statement":
        served = not self.link.url.startswith(("sim://", "mutant://"))  # those have it in this process
        if served and self.control is None and any(s.driver == "control" for s in self.stations.values()):
            raise ValueError('a station with driver = "control" needs a [control] section')
        if any(s.driver == "scpi" for name, s in self.stations.items() if name != "source"):
            raise ValueError("the scpi driver is for the station source only")
        return self


class KeysFile(Section):
    """What ``--keys FILE`` may hold for a device that has no target file of its own."""

    associations: dict[str, AssociationSection]
