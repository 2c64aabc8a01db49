"""Whose name a push bears: a confirmed meter, by its system title or by what it calls itself."""

from collections.abc import Sequence

from system.head_end import desk
from system.head_end.models import MeterAccess
from system.head_end.selectors.targets import columns_of, target_of
from system.head_end.vocabulary import Registration
from system.registry.models import DeviceIdentifier, IdentifierKind

#: Kinds of names that a meter tells of itself.
_TOLD = (IdentifierKind.LDN, IdentifierKind.DRN)
_NAMES_MAX = 8


def pusher_of(title: str, names: Sequence[str] = ()) -> desk.Pusher | None:
    """The confirmed meter of a system title; where there is none, the one of these names.

    Args:
        title: 16 hexadecimal digits, upper case; empty: none came.
        names: serial, logical device name or DRN; several meters of them are nobody.
    """
    found = _devices(IdentifierKind.SYSTEM_TITLE, [title]) if title else _named(names[:_NAMES_MAX])
    accesses = MeterAccess.objects.filter(
        device_id__in=found, state=Registration.CONFIRMED.value, channel__enabled=True
    ).select_related("device")[:2]
    if len(accesses) != 1:
        return None
    access = accesses[0]
    told = dict(
        DeviceIdentifier.objects.filter(
            device_id=access.device_id, kind__in=_TOLD, valid_to__isnull=True
        ).values_list("kind", "value")
    )
    access.ldn = told.get(IdentifierKind.LDN.value, "")
    return desk.Pusher(
        target_of(access),
        frozenset({access.device.serial, *told.values()} - {""}),
        tuple(dict.fromkeys(column for _, column in columns_of([access.device_id]))),
    )


def _devices(kind: IdentifierKind, values: Sequence[str]) -> set[int]:
    found = DeviceIdentifier.objects.filter(kind=kind, value__in=values, valid_to__isnull=True)
    return set(found.values_list("device_id", flat=True))


def _named(names: Sequence[str]) -> set[int]:
    if not names:
        return set()
    by_serial = MeterAccess.objects.filter(device__serial__in=names).values_list("device_id", flat=True)
    return set(by_serial).union(*(_devices(kind, names) for kind in _TOLD))
