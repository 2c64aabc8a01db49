"""Class 18: the firmware image.

Source: IEC 62056-6-2, Image transfer
"""

from collections.abc import Callable

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult
from protocols.dlms.cosem.objects import AccessError
from protocols.field.events import EventCode
from sim.meter.cosem.binding import Bound, boolean, elements, getter, number, octets
from sim.meter.cosem.requests import LiveParts
from sim.meter.image_transfer import ImageRefusedError
from sim.meter.profile import ObjectTerms


def bind_image(live: LiveParts, _row: ObjectTerms) -> Bound:
    """Initiate, transfer, verify, activate; every step is kept before it is answered."""
    store = live.parts.image

    def to_activate() -> Data:
        waiting = store.to_activate
        if waiting is None:
            return axdr.array()
        size, identifier, signature = waiting
        return axdr.array(
            axdr.structure(
                axdr.double_long_unsigned(size), axdr.octet_string(identifier), axdr.octet_string(signature)
            )
        )

    def enable(value: Data) -> None:
        live.requests.put(store, enabled=boolean(value))

    def initiate(parameter: Data | None) -> None:
        identifier, size = elements(parameter, 2)
        _step(live, lambda: store.initiate(octets(identifier), number(size)))

    def transfer(parameter: Data | None) -> None:
        place, block = elements(parameter, 2)
        _step(live, lambda: store.take_block(number(place), octets(block)))

    def verify(_parameter: Data | None) -> None:
        good: list[bool] = []
        _step(live, lambda: good.append(store.verify()), EventCode.FIRMWARE_READY)
        if not all(good):
            raise AccessError(ActionResult.OTHER_REASON)

    return Bound(
        getters={
            2: getter(lambda: axdr.double_long_unsigned(store.block_octets)),
            3: getter(lambda: axdr.bit_string(store.transferred)),
            4: getter(lambda: axdr.double_long_unsigned(store.first_not_transferred)),
            5: getter(lambda: axdr.boolean(store.enabled)),
            6: getter(lambda: axdr.enum(store.status)),
            7: getter(to_activate),
        },
        setters={5: enable},
        methods={
            1: initiate,
            2: transfer,
            3: verify,
            4: lambda _parameter: _step(live, store.activate, EventCode.FIRMWARE_ACTIVATED),
        },
    )


def _step(live: LiveParts, step: Callable[[], None], code: EventCode | None = None) -> None:
    """Do one step and keep it.

    Raises:
        AccessError: the image store refuses it.
    """
    try:
        live.requests.do(step, code)
    except ImageRefusedError as error:
        raise AccessError(ActionResult.TEMPORARY_FAILURE) from error
