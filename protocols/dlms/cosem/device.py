"""Logical devices: their objects, and the associations that clients may open.

The mandatory objects are made here: current association, SAP assignment and logical device name.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from protocols.dlms import axdr
from protocols.dlms.acse.names import MechanismName
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.access import SapAssignment
from protocols.dlms.cosem.measurement import DataObject
from protocols.dlms.cosem.objects import CosemObject, constant
from protocols.dlms.cosem.rights import Rights, read_only
from protocols.dlms.cosem.selection import Selection
from protocols.dlms.errors import DlmsValueError
from protocols.dlms.obis import Obis
from protocols.dlms.security.device import DeviceSecurity
from protocols.dlms.security.hls import WITH_SECRET, WITH_TITLES

CURRENT_ASSOCIATION = Obis(0, 0, 40, 0, 0, 255)
SAP_ASSIGNMENT = Obis(0, 0, 41, 0, 0, 255)
LOGICAL_DEVICE_NAME = Obis(0, 0, 42, 0, 0, 255)


class Mechanism(Enum):
    """How a client proves who it is: not at all, by a password (LLS), or by answering a challenge (HLS)."""

    NONE = "none"
    LLS = "lls"
    HLS_MD5 = "hls-md5"
    HLS_SHA1 = "hls-sha1"
    HLS_GMAC = "hls-gmac"
    HLS_SHA256 = "hls-sha256"
    HLS_ECDSA = "hls-ecdsa"

    @property
    def mechanism_name(self) -> MechanismName:
        """Its object identifier."""
        return MechanismName[self.name]

    @property
    def hls_name(self) -> MechanismName | None:
        """Its object identifier where it is a high level one, else None."""
        return None if self in (Mechanism.NONE, Mechanism.LLS) else self.mechanism_name


@dataclass(frozen=True, slots=True)
class AssociationProfile:
    """What one client address may do on a logical device.

    Args:
        client_sap: address of the client, 1 to 127; usual are 16 public, 2 reader, 1 management.
        mechanism: `Mechanism`, or its value.
        password: secret of LLS, or of the HLS mechanisms that hash one; never shown.
        rights: rights of this association to an object; the objects made here are always readable.
        security: keys, titles and policy of the logical device; with it the client may cipher.
        change_secret: takes a new HLS secret, as change_HLS_secret brings it; None: it stays.

    Raises:
        DlmsValueError: the mechanism lacks its password, or the keys and titles that it needs.
    """

    client_sap: int
    mechanism: Mechanism = Mechanism.NONE
    password: bytes | None = field(default=None, repr=False)
    rights: Rights = read_only
    security: DeviceSecurity | None = None
    change_secret: Callable[[bytes], None] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mechanism", Mechanism(self.mechanism))
        name = self.mechanism.mechanism_name
        if (name is MechanismName.LLS or name in WITH_SECRET) and not self.password:
            raise DlmsValueError(f"an association with {self.mechanism.value.upper()} needs a password")
        if name in WITH_TITLES and self.security is None:
            raise DlmsValueError(f"an association with {self.mechanism.value.upper()} needs keys and titles")


@dataclass(frozen=True, slots=True)
class LogicalDevice:
    """One logical device.

    Args:
        sap: its server address; 1 is the management logical device.
        name: logical device name, up to 16 octets, the first three are the maker's FLAG id.
        objects: everything it offers, except what is made here.
        associations: who may come, one profile per client address.

    Raises:
        DlmsValueError: two objects with one logical name, or two profiles for one client.
    """

    sap: int
    name: bytes
    objects: Sequence[CosemObject] = ()
    associations: Sequence[AssociationProfile] = ()

    def __post_init__(self) -> None:
        _unique((item.logical_name for item in self.objects), f"logical device {self.sap}: objects")
        _unique(
            (profile.client_sap for profile in self.associations), f"logical device {self.sap}: associations"
        )

    def association(self, client_sap: int) -> AssociationProfile | None:
        """The profile for a client address, None when that client is not known."""
        return next((profile for profile in self.associations if profile.client_sap == client_sap), None)


class LogicalDevices:
    """The logical devices of one physical device, by server address.

    Args:
        devices: at least one; addresses differ.
    """

    __slots__ = ("_by_sap", "_standard")

    def __init__(self, devices: Iterable[LogicalDevice]) -> None:
        found = list(devices)
        _unique((device.sap for device in found), "logical devices")
        self._by_sap = {device.sap: device for device in found}
        self._standard = CosemObject(SapAssignment, SAP_ASSIGNMENT, getters={2: self._sap_list})

    def __iter__(self) -> Iterator[LogicalDevice]:
        return iter(self._by_sap.values())

    def get(self, sap: int) -> LogicalDevice | None:
        """The logical device at a server address, None when there is none."""
        return self._by_sap.get(sap)

    def mandatory_objects(self, device: LogicalDevice) -> list[CosemObject]:
        """SAP assignment and logical device name, unless `device` brings its own."""
        own = {item.logical_name for item in device.objects}
        name = CosemObject(
            DataObject, LOGICAL_DEVICE_NAME, getters={2: constant(axdr.octet_string(device.name))}
        )
        return [item for item in (self._standard, name) if item.logical_name not in own]

    def _sap_list(self, _selection: Selection | None) -> Data:
        return axdr.array(
            *(
                axdr.structure(axdr.long_unsigned(device.sap), axdr.octet_string(device.name))
                for device in self._by_sap.values()
            )
        )


def _unique(keys: Iterable[object], what: str) -> None:
    seen: set[object] = set()
    for key in keys:
        if key in seen:
            raise DlmsValueError(f"{what}: {key} appears twice")
        seen.add(key)
