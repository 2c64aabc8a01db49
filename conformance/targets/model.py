"""Target file, ``amibench-target/1``: every section, key, default and range, in one place.

Unknown keys are errors, so that a misspelt `fraiming` cannot pass for a default. The published JSON schema
beside this module is made from these models by `conformance.targets.model`.
"""

import json
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from protocols.dlms.acse import MechanismName
from protocols.dlms.errors import DlmsError
from protocols.dlms.security import KeySet, SecuritySuite
from protocols.dlms.security.ecdsa import EcdsaSigner, signer_of
from protocols.sts import testkeys
from protocols.sts.identity import KEN_RANGE, KRN_RANGE, NEVER_EXPIRES, TI_RANGE, MeterPrimaryAccountNumber
from protocols.sts.keys import VendingKey

# ---------------------------------------------------------------- security

Key = Annotated[str, Field(pattern=r"^([0-9A-Fa-f]{32}|[0-9A-Fa-f]{64})$")]
SCALAR = r"^([0-9A-Fa-f]{64}|[0-9A-Fa-f]{96})$"
POINT = r"^([0-9A-Fa-f]{128}|[0-9A-Fa-f]{192})$"
Title = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{16}$")]

#: How a client proves itself by a challenge, as target files write it.
HLS_NAMES: dict[str, MechanismName] = {
    "hls-md5": MechanismName.HLS_MD5,
    "hls-sha1": MechanismName.HLS_SHA1,
    "hls-gmac": MechanismName.HLS_GMAC,
    "hls-sha256": MechanismName.HLS_SHA256,
    "hls-ecdsa": MechanismName.HLS_ECDSA,
}
HlsName = Literal["hls-md5", "hls-sha1", "hls-gmac", "hls-sha256", "hls-ecdsa"]


class SecuritySection(BaseModel):
    """Keys and titles of a client that ciphers. Keep a file with real keys as one keeps a key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    suite: Literal[0, 1, 2] = 0
    client_system_title: Title
    server_system_title: Title | None = Field(None, description="absent: as the device says")
    encryption_key: Key = Field(repr=False, description="global unicast encryption key (GUEK)")
    authentication_key: Key = Field(repr=False, description="GAK")
    master_key: Key | None = Field(None, repr=False, description="KEK; without it no key is transferred")
    signing_key: str | None = Field(
        None, repr=False, pattern=SCALAR, description="own private signing key, suites 1 and 2"
    )
    signing_key_file: str | None = Field(None, description="the same as a PEM file without a password")
    server_signing_key: str | None = Field(
        None, pattern=POINT, description="public signing key of the device, x and y"
    )
    server_signing_key_file: str | None = Field(None, description="the same as a PEM file")
    sign_requests: bool = Field(False, description="every request of the bench goes signed")
    invocation_counter: str | None = Field(
        "0.0.43.1.0", description="object that the public client reads before it ciphers; null: not read"
    )
    first_counter: Annotated[int, Field(ge=0, lt=2**32)] = Field(
        1, description="where the bench begins when that object is not read"
    )

    @model_validator(mode="after")
    def _alike(self) -> "SecuritySection":
        keys = self.keys()
        if len(keys.guek) != self.security_suite.key_octets:
            raise ValueError(f"the keys of suite {self.suite} have {self.security_suite.key_octets} octets")
        try:
            signer = self.signer()
        except DlmsError as error:
            raise ValueError(str(error)) from error
        if self.sign_requests and signer is None:
            raise ValueError("sign_requests needs signing_key and server_signing_key")
        return self

    def signer(self) -> EcdsaSigner | None:
        """Own signing key and the device's public one; None where the section names none.

        Raises:
            DlmsError: a key is not of the suite.
            ValueError: only one of them is given, or a file cannot be read.
        """
        return signer_of(
            self.security_suite,
            _text(self.signing_key, self.signing_key_file),
            _text(self.server_signing_key, self.server_signing_key_file),
        )

    def keys(self) -> KeySet:
        """The keys.

        Raises:
            DlmsValueError: they have different lengths.
        """
        master = None if self.master_key is None else bytes.fromhex(self.master_key)
        return KeySet(bytes.fromhex(self.encryption_key), bytes.fromhex(self.authentication_key), kek=master)

    @property
    def security_suite(self) -> SecuritySuite:
        """The suite."""
        return SecuritySuite(self.suite)


def _text(text: str | None, file: str | None) -> str | None:
    """A key as it stands in the section, or in the file that it names."""
    if text is not None and file is not None:
        raise ValueError("give a signing key or its file, not both")
    if file is None:
        return text
    try:
        return Path(file).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot read the key file {file}") from error


# ---------------------------------------------------------------- sts

#: The published test vending keys that a target may name.
TEST_KEY_NAMES = ("VUDK_160", "VUDK_160_SWAPPED", "VK_64", "VK_64_888888")


class LockOutSection(BaseModel):
    """Lock-out after wrong entries, as the device declares it; the standard knows none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wrong_entries: Annotated[int, Field(ge=1, le=100, description="in a row, until it locks")] = 3
    first_s: Annotated[float, Field(gt=0, le=86_400, description="first lock; each next twice that")] = 10.0
    longest_s: Annotated[float, Field(gt=0, le=86_400, description="where the doubling ends")] = 1280.0


class StsSection(BaseModel):
    """The decoder's key register and identity. Source: IEC 62055-41, 6.1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pan: Annotated[str, Field(pattern=r"^\d{18}$", description="MeterPAN, 18 digits")]
    vending_key: str = Field(description="name of a published test key")
    sgc: Annotated[str, Field(pattern=r"^\d{6}$")]
    krn: Annotated[int, Field(ge=KRN_RANGE[0], le=KRN_RANGE[1])] = 1
    ti: Annotated[int, Field(ge=TI_RANGE[0], le=TI_RANGE[1])] = 1
    key_type: Annotated[int, Field(ge=0, le=3)] = 2
    ken: Annotated[int, Field(ge=KEN_RANGE[0], le=KEN_RANGE[1])] = NEVER_EXPIRES
    base_date: Literal[1993, 2014, 2035] = 2014
    ea: Literal["07", "11"] = "11"
    dkga: Literal["02", "04"] = "04"
    tid_store_size: Annotated[int, Field(ge=1, le=1000)] = 50
    key_change_timeout_s: Annotated[
        float, Field(gt=0, le=86_400, description="after so long a partial key change is forgotten")
    ] = 600.0
    credit_share_percent: Annotated[
        int, Field(ge=1, le=100, description="what of a credit token reaches the token credit")
    ] = 100
    lock_out: LockOutSection | None = None
    result_names: dict[str, str] = Field(
        default_factory=dict, description="text of the device's display -> name of the standard's result"
    )

    @field_validator("vending_key")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in TEST_KEY_NAMES:
            raise ValueError(
                f"no test key called {name}; the bench mints with {', '.join(TEST_KEY_NAMES)} only"
            )
        return name

    @field_validator("pan")
    @classmethod
    def _check_digits(cls, pan: str) -> str:
        return MeterPrimaryAccountNumber(pan).pan

    def key(self) -> VendingKey:
        """The vending key, from the published test keys."""
        return cast(VendingKey, getattr(testkeys, self.vending_key))


# ---------------------------------------------------------------- vending

#: What a vending system may declare to lack.
Absent = Literal["currency", "extended", "card"]


class VendingSection(BaseModel):
    """A vending system that holds the key registers of the test plan. Source: STS 531-1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ea: Annotated[
        tuple[Literal["07", "11"], ...], Field(min_length=1, description="encryption algorithms offered")
    ] = ("07", "11")
    absent: tuple[Absent, ...] = Field(
        (), description="currency: class 0 sub 4-7; extended: STS 202-5; card: the date of expiry of a card"
    )
    secret_file: str = Field(
        "", description="file with the secret of a portal's bench route; else AMIBENCH_BENCH_SECRET holds it"
    )
    operators: dict[str, str] = Field(
        default_factory=dict,
        description="name of an operator -> file of the private key with which the bench signs key changes",
    )


def vendor_table(url: str) -> dict[str, Any]:
    """The statement of a vending system of which only the URL is known, as plain data."""
    return {"device": {"name": url.partition("?")[0]}, "link": {"url": url}, "vending": {}}


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
    """Identity of the device; nothing here is measured."""

    name: str = "device under test"
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    drn: str = ""
    firmware: str = ""
    flag_id: str = Field("", description="three letters with which the logical device name begins")


class LinkSection(Section):
    """Link of the device: where it answers, and in which framing."""

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
    """Capabilities that the device declares to have, and those that it declares to lack."""

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
    """A firmware image that the bench may transfer and activate: to declare one is to agree to that."""

    identifier: str = Field(min_length=1, description="as image_transfer_initiate names it")
    content_hex: str = Field(pattern=r"^([0-9A-Fa-f]{2})+$", description="the whole image")
    shown_in: str = Field("1.0.0.2.0", description="object of class 1 that then shows the identifier")

    @property
    def content(self) -> bytes:
        """The whole image."""
        return bytes.fromhex(self.content_hex)


class StationSection(Section):
    """Driver of one station."""

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
    """Contents of ``--keys FILE``, for a device that has no target file of its own."""

    associations: dict[str, AssociationSection]


# ---------------------------------------------------------------- schema

#: Where the published copy lies; a test says when it is stale.
PUBLISHED = Path(__file__).with_name("schema.json")


def text() -> str:
    """The schema as it must be published."""
    schema = Statement.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "amibench target file, version 1"
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def publish() -> Path:
    """Write the published copy anew; the path written."""
    PUBLISHED.write_text(text(), encoding="utf-8")
    return PUBLISHED
