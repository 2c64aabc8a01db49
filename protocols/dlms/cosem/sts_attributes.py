"""Interface class 116: what an STS meter says of its decoder, for reading back.

The list of attributes is public; their types here are those that public clients use, and none of them was
checked against the Blue Book: [1] for the list, [M] for the types.

Source: IEC 62056-6-2, IEC 62055-41 attributes (class_id 116)
"""

from protocols.dlms.axdr import DataTag
from protocols.dlms.cosem.declaration import InterfaceClass, attribute


class Iec6205541Attributes(
    InterfaceClass, class_id=116, version=0, source="IEC 62056-6-2, IEC 62055-41 attributes"
):
    """The decoder's identity and its key register, without the key."""

    meter_pan = attribute(
        2,
        DataTag.STRUCTURE,
        note="{double-long-unsigned issuer identification number, long64-unsigned DRN, "
        "unsigned check digit of the MeterPAN}",
    )
    commodity = attribute(3, DataTag.OCTET_STRING, note="Electricity, Water, Gas or Time")
    token_carrier_types = attribute(4, DataTag.ARRAY, note="unsigned, codes of IEC 62055-41")
    encryption_algorithm = attribute(5, DataTag.UNSIGNED, note="7 STA, 9 DEA, 11 MISTY1")
    supply_group_code = attribute(6, DataTag.DOUBLE_LONG_UNSIGNED, dynamic=True)
    tariff_index = attribute(7, DataTag.UNSIGNED, dynamic=True, note="0 to 99")
    key_revision_number = attribute(8, DataTag.UNSIGNED, dynamic=True, note="1 to 9")
    key_type = attribute(9, DataTag.UNSIGNED, dynamic=True, note="0 DITK 1 DDTK 2 DUTK 3 DCTK")
    key_expiry_number = attribute(10, DataTag.UNSIGNED, dynamic=True, note="0 to 255, 255 never")
    number_of_kct_supported = attribute(11, DataTag.UNSIGNED, note="sections of a key change: 2, 3 or 4")
    sts_certificate_number = attribute(12, DataTag.OCTET_STRING, note="empty where there is none")
