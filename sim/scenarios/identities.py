"""Identities of the devices of a world: names, serials, DRNs, addresses; counted through all sites."""

from dataclasses import dataclass, replace

from protocols.sts.identity import luhn_digit
from sim.meter import MeterProfile, ProfileError

# ---- meters of one model

#: HDLC keeps these two upper addresses for itself: calling and all-station.
_CALLING, _ALL_STATION = 0x7E, 0x7F
#: the most upper addresses that four octets can say
METERS_MAX = (1 << 14) - 3


def server_sap(number: int) -> int:
    """Server address of the `number`-th meter of a shared port, from 1."""
    return number if number < _CALLING else number + _ALL_STATION - _CALLING + 1


def member(model: MeterProfile, number: int, *, shared: bool) -> MeterProfile:
    """The `number`-th meter of `model`, from 1: the first as the model says, others have own names.

    Args:
        model: read once; the meters share everything that they have in common.
        number: counts serial number, DRN and logical device name up.
        shared: on a port with others, so that its server address counts up, too.

    Raises:
        ProfileError: its serial number or DRN has no room for so many.
    """
    ports = replace(model.ports, server_sap=server_sap(number)) if shared else model.ports
    if number == 1:
        return replace(model, ports=ports)
    body = _counted(model.drn[:-1], number, "DRN")
    return replace(
        model,
        ports=ports,
        drn=body + luhn_digit(body),
        serial=_counted(model.serial, number, "serial number"),
        logical_device_name=_counted(model.logical_device_name, number, "logical device name"),
    )


def _counted(text: str, number: int, what: str) -> str:
    """`text` with the number that it ends in counted up by `number` - 1, as long as before."""
    head = text.rstrip("0123456789")
    digits = text[len(head) :]
    counted = str(int(digits or "0") + number - 1)
    if len(counted) > len(digits):
        raise ProfileError(f"{what} {text} has no room to number {number} meters")
    return head + counted.zfill(len(digits))


# ---- devices of a site

#: Locally administered; the last three octets count. A meter's address has its DRN there, which is shorter.
_CONCENTRATOR_PREFIX = b"\x02\xdc\x00"


@dataclass(frozen=True, slots=True)
class Identity:
    """One meter's place in the world.

    Args:
        name: how the control channel and `link` call it.
        number: from 1, through all sites.
    """

    name: str
    number: int


def site_prefix(site: int, sites: int) -> str:
    """Prefix of the names of a site's devices: nothing where there is one site.

    >>> site_prefix(1, 1), site_prefix(2, 3)
    ('', 's2.')
    """
    return "" if sites == 1 else f"s{site}."


def concentrator_eui48(number: int) -> bytes:
    """The modem address of the `number`-th concentrator of a world, from 1."""
    return _CONCENTRATOR_PREFIX + number.to_bytes(3, "big")


def home_model(model: MeterProfile, number: int, *, initial_wh: int) -> MeterProfile:
    """The meter of one home.

    Raises:
        ProfileError: its serial number or DRN has no room for so many.
    """
    own = member(model, number, shared=False)
    credit = replace(own.credit, initial_wh=initial_wh)
    return replace(own, credit=credit)


def head_model(totaliser: MeterProfile, homes: MeterProfile, number: int) -> MeterProfile:
    """A totaliser, numbered among the meters of the homes: no two devices of a world share a serial."""
    named = member(homes, number, shared=False)
    return replace(
        totaliser,
        drn=named.drn,
        serial=named.serial,
        logical_device_name=named.logical_device_name,
    )
