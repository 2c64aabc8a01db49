"""The target file, ``amibench-target/1``: every section, key, default and range, in one place.

Unknown keys are errors, so that a misspelt `fraiming` cannot pass for a default. The published JSON schema
beside this module is made from these models by `conformance.targets.schema`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from conformance.targets.security_section import HlsName, SecuritySection
from conformance.targets.sts_section import StsSection
from conformance.targets.vending_section import VendingSection

FORMAT: Literal["amibench-target/1"] = "amibench-target/1"

#: The stations a case may ask for; `associations`, framings and the free capabilities are the other needs.
StationName = Literal[
    "keypad", "carrier", "source", "load", "pulses", "cover", "magnet", "supply", "cut", "clock", "pause"
]

#: What a device may declare to have, or declare to lack.
Capability = Literal[
    "sts",
    "token-gateway",
    "account",
    "disconnect",
    "load-profile",
    "key-change",
    "key-expiry",
    "short-names",
    "security-policy",
    "payment-mode",
    "account-states",
    "emergency-credit",
    "time-charge",
    "passive-charge",
    "payment-charge",
    "control-modes",
    "friendly-hours",
    "payment-logs",
    "push",
    "prepayment",
    "self-closing",
    "daily-share",
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
        None, repr=False, description="secret as text; absent: no low level security"
    )
    password_hex: str | None = Field(None, repr=False, pattern=r"^([0-9A-Fa-f]{2})+$")
    mechanism: HlsName | None = Field(
        None, description="high level security; the password is then its secret, where it has one"
    )
    security: SecuritySection | None = Field(None, description="keys and titles; with them it ciphers")

    @model_validator(mode="after")
    def _secret_where_needed(self) -> "AssociationSection":
        if self.mechanism in ("hls-gmac", "hls-sha256", "hls-ecdsa") and self.security is None:
            raise ValueError(f"{self.mechanism} needs a security table with keys and titles")
        if self.mechanism == "hls-ecdsa" and (self.security is None or self.security.signer() is None):
            raise ValueError("hls-ecdsa needs signing_key and server_signing_key of suite 1 or 2")
        if self.mechanism in ("hls-md5", "hls-sha1", "hls-sha256") and self.secret is None:
            raise ValueError(f"{self.mechanism} needs a password")
        return self

    @model_validator(mode="after")
    def _one_password(self) -> "AssociationSection":
        if self.password is not None and self.password_hex is not None:
            raise ValueError("give password or password_hex, not both")
        return self

    @property
    def secret(self) -> bytes | None:
        """The secret as bytes; None for an association without one."""
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
    maximum_current_a: Annotated[float, Field(gt=0, le=1000)] = 80.0
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


class ImageSection(Section):
    """A firmware image that the bench may transfer and activate: whoever declares one agrees to that."""

    identifier: str = Field(min_length=1, description="as image_transfer_initiate names it")
    content_hex: str = Field(pattern=r"^([0-9A-Fa-f]{2})+$", description="the whole image")
    shown_in: str = Field("1.0.0.2.0", description="object of class 1 that then shows the identifier")

    @property
    def content(self) -> bytes:
        """The whole image."""
        return bytes.fromhex(self.content_hex)


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
    image: ImageSection | None = None
    vending: VendingSection | None = Field(None, description="the target is a vending system, not a meter")
    control: ControlSection | None = None
    stations: dict[StationName, StationSection] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _control_where_needed(self) -> "Statement":
        served = not self.link.url.startswith(("sim://", "mutant://"))  # those have it in this process
        if served and self.control is None and any(s.driver == "control" for s in self.stations.values()):
            raise ValueError('a station with driver = "control" needs a [control] section')
        if any(s.driver == "scpi" for name, s in self.stations.items() if name != "source"):
            raise ValueError("the scpi driver is for the station source only")
        if "cut" in self.stations and self.stations["cut"].driver != "control":
            raise ValueError("only a simulated device can be cut at a write: cut needs the control driver")
        return self


class KeysFile(Section):
    """What ``--keys FILE`` may hold for a device that has no target file of its own."""

    associations: dict[str, AssociationSection]
