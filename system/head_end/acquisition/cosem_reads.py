"""Reads of COSEM attributes: several at once, and the capture objects of profiles with scalers and units.

What the meter refuses stands among the results; what the way loses does not. An exception-response may be the
meter's own (it cannot serve this attribute) or the concentrator's (it cannot reach the meter). Only the first
is an answer; taken for one, the second would say that a meter has no unit, no serial, no switch.

Source: IEC 62056-6-2, Profile generic, Register, Extended register, Demand register
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.declaration import class_id_of
from protocols.dlms.cosem.measurement import DemandRegister, ExtendedRegister, ProfileGeneric, Register
from protocols.dlms.cosem.selection import CaptureObject
from protocols.dlms.errors import DecodeError
from protocols.dlms.profile_rows import Column as WireColumn
from protocols.dlms.session import AsyncDlmsSession
from protocols.dlms.session.engine import Target
from protocols.dlms.session.errors import AccessRefused, ExceptionAnswered
from protocols.dlms.session.profiles import CAPTURE_OBJECTS, CAPTURE_PERIOD, ProfileShape, scaler_and_unit
from protocols.dlms.xdlms.fields import Result
from system.head_end.acquisition.failures import failure_of
from system.head_end.store_port import Column
from system.head_end.vocabulary import Reason


def is_answer(error: ExceptionAnswered) -> bool:
    """True where the meter itself cannot serve the attribute."""
    return failure_of(error).reason is Reason.NOT_UNDERSTOOD


async def read_attributes(session: AsyncDlmsSession, targets: Sequence[Target]) -> tuple[Result, ...]:
    """Read attributes, by one request where the meter takes lists, else one by one.

    Raises:
        DlmsError: the meter cannot be reached, or answers nonsense.
    """
    if len(targets) > 1 and session.engine.takes_lists:
        try:
            return await session.get_list(targets)
        except ExceptionAnswered as error:
            if not is_answer(error):
                raise
    return tuple([await _read_attribute(session, target) for target in targets])


async def _read_attribute(session: AsyncDlmsSession, target: Target) -> Result:
    try:
        return await session.get(*target)
    except AccessRefused as refusal:
        return refusal.result
    except ExceptionAnswered as error:
        if not is_answer(error):
            raise
        return DataAccessResult.OTHER_REASON


#: Class -> attribute with the scaler and unit of its values.
SCALED: Mapping[int, int] = {
    class_id_of(Register): 3,
    class_id_of(ExtendedRegister): 3,
    class_id_of(DemandRegister): 4,
}
#: Attributes that are values: the second, and of a demand register the third as well.
_VALUES = {
    class_id: frozenset({2, 3}) if place == 4 else frozenset({2}) for class_id, place in SCALED.items()
}

#: Profiles that are remembered, over all meters; the one that was used longest ago is forgotten first.
_REMEMBERED_MAX = 50_000


def obis_text(column: WireColumn) -> str:
    """Its code as the store writes it: five groups, the sixth only where it says something.

    >>> from protocols.dlms.cosem.selection import CaptureObject
    >>> from protocols.dlms.obis import Obis
    >>> obis_text(WireColumn(CaptureObject(3, Obis.from_string("1.0.1.8.0"), 2)))
    '1.0.1.8.0'
    """
    return str(column.captures.logical_name).removesuffix(".255")


def store_column(column: WireColumn) -> Column:
    """A column as the store names it."""
    captures = column.captures
    return Column(captures.class_id, obis_text(column), captures.attribute, column.scaler, column.unit)


@dataclass(frozen=True, slots=True)
class _Remembered:
    captures: Data | None
    shape: ProfileShape
    read_s: float


class ProfileShapeCache:
    """The shapes of all profiles that one collector reads.

    Args:
        age_s: after so long a shape is read again in any case, so that a changed scaler is noticed.
    """

    __slots__ = ("_age_s", "_shapes")

    def __init__(self, age_s: float) -> None:
        self._age_s = age_s
        self._shapes: OrderedDict[tuple[int, str], _Remembered] = OrderedDict()

    def find(self, device_id: int, profile: str, captures: Data | None, now_s: float) -> ProfileShape | None:
        """The shape, where the capture objects are those that were read with it and it is not too old."""
        found = self._shapes.get((device_id, profile))
        if found is None or found.captures != captures or now_s - found.read_s > self._age_s:
            return None
        self._shapes.move_to_end((device_id, profile))
        return found.shape

    def keep(
        self, device_id: int, profile: str, captures: Data | None, shape: ProfileShape, now_s: float
    ) -> None:
        """Remember a shape that was just read."""
        self._shapes[device_id, profile] = _Remembered(captures, shape, now_s)
        while len(self._shapes) > _REMEMBERED_MAX:
            self._shapes.popitem(last=False)


async def read_profile_shape(session: AsyncDlmsSession, profile: str, captures: Data | None) -> ProfileShape:
    """Read what a profile captures, with scaler and unit of each column; a unit that is refused is none.

    Args:
        session: open.
        profile: its code.
        captures: its capture objects, where they were read already.

    Raises:
        DlmsError: the meter does not tell, or not what a profile has to.
    """
    if captures is None:
        captures = await session.get(ProfileGeneric, profile, CAPTURE_OBJECTS)
    period = await session.get(ProfileGeneric, profile, CAPTURE_PERIOD)
    if captures.tag is not DataTag.ARRAY or not isinstance(captures.value, tuple):
        raise DecodeError("capture_objects: an array is expected")
    objects = [CaptureObject.from_data(item) for item in captures.value]
    targets: dict[CaptureObject, Target] = {
        item: (item.class_id, item.logical_name, SCALED[item.class_id])
        for item in objects
        if item.attribute in _VALUES.get(item.class_id, ())
    }
    pairs = dict(
        zip(
            targets, map(scaler_and_unit, await read_attributes(session, list(targets.values()))), strict=True
        )
    )
    columns = [WireColumn(item, *(pairs.get(item) or (0, None))) for item in objects]
    return ProfileShape(tuple(columns), period.value if isinstance(period.value, int) else 0)
