"""Image transfer: how a new firmware comes into a meter, block by block.

Source: IEC 62056-6-2, Image transfer (class_id 18)
"""

from enum import IntEnum

from protocols.dlms.axdr import DataTag
from protocols.dlms.cosem.declaration import InterfaceClass, attribute, method


class ImageTransferStatus(IntEnum):
    """Attribute 6."""

    NOT_INITIATED = 0
    INITIATED = 1
    VERIFICATION_INITIATED = 2
    VERIFICATION_SUCCESSFUL = 3
    VERIFICATION_FAILED = 4
    ACTIVATION_INITIATED = 5
    ACTIVATION_SUCCESSFUL = 6
    ACTIVATION_FAILED = 7


class ImageTransfer(InterfaceClass, class_id=18, version=0, source="IEC 62056-6-2, Image transfer"):
    """Blocks of one size, in any order; the last one may be shorter."""

    image_block_size = attribute(2, DataTag.DOUBLE_LONG_UNSIGNED, note="octets")
    image_transferred_blocks_status = attribute(
        3, DataTag.BIT_STRING, dynamic=True, note="one bit a block, the first is block 0"
    )
    image_first_not_transferred_block_number = attribute(4, DataTag.DOUBLE_LONG_UNSIGNED, dynamic=True)
    image_transfer_enabled = attribute(5, DataTag.BOOLEAN)
    image_transfer_status = attribute(6, DataTag.ENUM, dynamic=True, note="`ImageTransferStatus`")
    image_to_activate_info = attribute(
        7,
        DataTag.ARRAY,
        dynamic=True,
        note="{double-long-unsigned size, octet-string identification, octet-string signature}",
    )
    image_transfer_initiate = method(
        1, DataTag.STRUCTURE, note="{octet-string identifier, double-long-unsigned size}"
    )
    image_block_transfer = method(
        2, DataTag.STRUCTURE, note="{double-long-unsigned block number, octet-string block}"
    )
    image_verify = method(3, DataTag.INTEGER)
    image_activate = method(4, DataTag.INTEGER)
