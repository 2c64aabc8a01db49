"""Many meters of one model: what each is called, and where on a shared port it answers.

>>> [server_sap(number) for number in (1, 2, 125, 126, 127)]
[1, 2, 125, 128, 129]
"""

from dataclasses import replace

from protocols.sts.luhn import luhn_digit
from sim.meter import MeterProfile, ProfileError

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
