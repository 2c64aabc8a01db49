"""Further checks on the firmware: blocks in reverse order, refusals, verification, activation.

The image is the target file's. Activation cannot be undone, so a simulated target lends a spare device.

Source: GXDLMSDirector's extra checks, by their purpose; IEC 62056-6-2, Image transfer; the words are ours
"""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

from collections.abc import Callable

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import Dialogue, items
from conformance.bench.object_list import ListedObject, listed, of_class
from conformance.targets.model import ImageSection
from i18n import Message
from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.access import ImageTransferStatus
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.obis import Obis

CLAUSE = pytest.mark.clause("dlms-yb", "EXTRA_IMAGE", level="should")
NEEDS = pytest.mark.needs("image", "association:management", "clock")

_IMAGE = 18
_BLOCK_SIZE, _BITS, _FIRST_MISSING, _STATUS, _TO_ACTIVATE = 2, 3, 4, 6, 7
_INITIATE, _BLOCK, _VERIFY, _ACTIVATE = 1, 2, 3, 4
_NOTHING = axdr.integer(0)
_TOO_LONG = 0xFFFFFFFF


class Transfer:
    """One image on its way into a device."""

    def __init__(self, bench: Bench, dialogue: Dialogue, item: ListedObject, image: ImageSection) -> None:
        self._bench, self._dialogue, self._name = bench, dialogue, str(item.obis)
        self._image = image
        size = self.number(_BLOCK_SIZE)
        whole = image.content
        self.blocks = [whole[at : at + size] for at in range(0, len(whole), size)]

    def number(self, attribute: int) -> int:
        """A whole number of the object."""
        return self._dialogue.integer(_IMAGE, self._name, attribute)

    def read(self, attribute: int) -> Data:
        """An attribute of the object."""
        return self._dialogue.get(_IMAGE, self._name, attribute)

    def initiate(self, size: int | None = None) -> None:
        """Method 1, with the image's own size unless another is given."""
        octets = len(self._image.content) if size is None else size
        self._invoke(
            _INITIATE,
            axdr.structure(
                axdr.octet_string(self._image.identifier.encode()), axdr.double_long_unsigned(octets)
            ),
        )

    def block(self, number: int, content: bytes) -> None:
        """Method 2."""
        self._invoke(_BLOCK, axdr.structure(axdr.double_long_unsigned(number), axdr.octet_string(content)))

    def verify(self) -> None:
        """Method 3."""
        self._invoke(_VERIFY, _NOTHING)

    def activate(self) -> None:
        """Method 4."""
        self._invoke(_ACTIVATE, _NOTHING)

    def refused(self, step: Callable[[], None], text: Message) -> None:
        """A step that must be refused."""
        try:
            step()
        except RemoteProtocolError as refusal:
            self._bench.observe(Message("{step}: {refusal}", step=text, refusal=refusal))
            return
        self._bench.check(False, Message("refused: {step}", step=text))

    def _invoke(self, method: int, parameter: Data) -> None:
        self._dialogue.session.action(_IMAGE, Obis.from_string(self._name), method, parameter)


def _transfer(bench: Bench, dialogue: Dialogue, objects: tuple[ListedObject, ...]) -> Transfer:
    image = bench.statement.image
    item = next((item for item in of_class(objects, _IMAGE) if item.callable(_INITIATE)), None)
    if image is None or item is None:
        raise bench.not_applicable(
            Message("no image transfer object that the association controls"),
        )
    return Transfer(bench, dialogue, item, image)


@case(
    id="dlms/EXTRA_IMAGE/refusals",
    title=Message("Images and blocks that cannot be"),
    stimulus=Message(
        "Initiate images of 0 and of 4 GB; with one initiated, a block beyond its end, a "
        "short one, and verify and activate halfway."
    ),
    requirement=Message("Each is refused, and the state of the blocks does not change."),
)
@CLAUSE
@NEEDS
def test_refusals(bench: Bench) -> None:
    with bench.spare() as device, listed(device, "management") as (dialogue, objects):
        transfer = _transfer(device, dialogue, objects)
        for size in (0, _TOO_LONG):
            transfer.refused(
                lambda size=size: transfer.initiate(size),  # type: ignore[misc]
                Message("an image of {size} octets", size=size),
            )
        transfer.initiate()
        transfer.block(0, transfer.blocks[0])
        before = transfer.read(_BITS)
        beyond, short = len(transfer.blocks), transfer.blocks[0][:-1]
        transfer.refused(
            lambda: transfer.block(beyond, transfer.blocks[0]),
            Message("a block beyond the end"),
        )
        transfer.refused(lambda: transfer.block(0, short), Message("a short block"))
        transfer.refused(transfer.verify, Message("verifying halfway"))
        transfer.refused(transfer.activate, Message("activating halfway"))
        bench.check(transfer.read(_BITS) == before, Message("the blocks are as before"))


@case(
    id="dlms/EXTRA_IMAGE/reverse",
    title=Message("An image in reverse order"),
    stimulus=Message(
        "Transfer the target's image from the last block to the first, verify it and activate it."
    ),
    requirement=Message(
        "The first missing block is number 0 to the end; it verifies, activates, and the new "
        "firmware is read."
    ),
)
@CLAUSE
@NEEDS
def test_reverse(bench: Bench) -> None:
    with bench.spare() as device, listed(device, "management") as (dialogue, objects):
        transfer = _transfer(device, dialogue, objects)
        transfer.initiate()
        count = len(transfer.blocks)
        for number in reversed(range(count)):
            missing = transfer.number(_FIRST_MISSING)
            bench.check(missing == 0, Message("block 0 is missing ({missing})", missing=missing))
            transfer.block(number, transfer.blocks[number])
        missing = transfer.number(_FIRST_MISSING)
        bench.check(missing == count, Message("none is missing ({missing})", missing=missing))
        transfer.verify()
        _check_status(bench, transfer, ImageTransferStatus.VERIFICATION_SUCCESSFUL)
        waiting = items(transfer.read(_TO_ACTIVATE))
        bench.check(len(waiting) == 1, Message("one image waits"))
        transfer.activate()
        _check_status(bench, transfer, ImageTransferStatus.ACTIVATION_SUCCESSFUL)
        image = device.statement.image
        assert image is not None
        shown = dialogue.get(1, image.shown_in, 2).value
        said = shown.decode("ascii", "replace") if isinstance(shown, bytes) else str(shown)
        bench.check(said == image.identifier, Message("the firmware read is {said}", said=said))


def _check_status(bench: Bench, transfer: Transfer, due: ImageTransferStatus) -> None:
    seen = transfer.number(_STATUS)
    bench.check(
        seen == due,
        Message("the status is {due} ({name}), seen {seen}", due=int(due), name=due.name.lower(), seen=seen),
    )
