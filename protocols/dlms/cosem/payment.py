"""Interface classes of payment metering: account, credit, charge, token gateway.

On the wire bit 0 of a BIT STRING is its first, most significant bit; implementations differ in which
end they number from (`protocols.dlms.cosem.enumerations` has the orders used here).

Source: IEC 62056-6-2, interface classes 111, 112, 113, 115 (Blue Book part 2, Ed. 16, 4.6)
"""

from protocols.dlms.axdr import DataTag
from protocols.dlms.cosem.declaration import InterfaceClass, attribute, method

_DATE_TIME_TYPES = (DataTag.OCTET_STRING, DataTag.DATE_TIME)


class Account(InterfaceClass, class_id=111, version=0, source="IEC 62056-6-2, Account"):
    """Account of a customer on this meter, over all credits and charges."""

    account_mode_and_status = attribute(
        2, DataTag.STRUCTURE, note="{enum 1 credit 2 prepayment, enum 1 new 2 active 3 closed}"
    )
    current_credit_in_use = attribute(3, DataTag.UNSIGNED, dynamic=True, note="index into the credit list")
    current_credit_status = attribute(4, DataTag.BIT_STRING, dynamic=True, note="8 bits, `CreditStatusBit`")
    available_credit = attribute(5, DataTag.DOUBLE_LONG, dynamic=True)
    amount_to_clear = attribute(6, DataTag.DOUBLE_LONG, dynamic=True)
    clearance_threshold = attribute(7, DataTag.DOUBLE_LONG)
    aggregated_debt = attribute(8, DataTag.DOUBLE_LONG, dynamic=True)
    credit_reference_list = attribute(9, DataTag.ARRAY, note="octet-string logical name")
    charge_reference_list = attribute(10, DataTag.ARRAY, note="octet-string logical name")
    credit_charge_configuration = attribute(
        11, DataTag.ARRAY, note="{octet-string credit, octet-string charge, bit-string collection}"
    )
    token_gateway_configuration = attribute(12, DataTag.ARRAY, note="{octet-string credit, unsigned percent}")
    account_activation_time = attribute(13, DataTag.OCTET_STRING, note="date-time, 12 octets")
    account_closure_time = attribute(14, DataTag.OCTET_STRING, note="date-time, 12 octets")
    currency = attribute(
        15, DataTag.STRUCTURE, note="{utf8-string name, integer scale, enum 0 time 1 consumption 2 money}"
    )
    low_credit_threshold = attribute(16, DataTag.DOUBLE_LONG)
    next_credit_available_threshold = attribute(17, DataTag.DOUBLE_LONG)
    max_provision = attribute(18, DataTag.LONG_UNSIGNED)
    max_provision_period = attribute(19, DataTag.DOUBLE_LONG, note="seconds")
    activate_account = method(1, DataTag.INTEGER)
    close_account = method(2, DataTag.INTEGER)
    reset_account = method(3, DataTag.INTEGER)


class Credit(InterfaceClass, class_id=112, version=0, source="IEC 62056-6-2, Credit"):
    """One source of credit: token, reserved, emergency, time or consumption based."""

    current_credit_amount = attribute(2, DataTag.DOUBLE_LONG, dynamic=True)
    credit_type = attribute(
        3, DataTag.ENUM, note="0 token 1 reserved 2 emergency 3 time based 4 consumption based"
    )
    priority = attribute(4, DataTag.UNSIGNED)
    warning_threshold = attribute(5, DataTag.DOUBLE_LONG)
    limit = attribute(6, DataTag.DOUBLE_LONG)
    credit_configuration = attribute(7, DataTag.BIT_STRING, note="5 bits, `CreditConfigurationBit`")
    credit_status = attribute(
        8, DataTag.ENUM, dynamic=True, note="0 enabled 1 selectable 2 selected 3 in use 4 exhausted"
    )
    preset_credit_amount = attribute(9, DataTag.DOUBLE_LONG)
    credit_available_threshold = attribute(10, DataTag.DOUBLE_LONG)
    period = attribute(11, *_DATE_TIME_TYPES)
    update_amount = method(1, DataTag.DOUBLE_LONG)
    set_amount_to_value = method(2, DataTag.DOUBLE_LONG)
    invoke_credit = method(3, DataTag.INTEGER)


class Charge(InterfaceClass, class_id=113, version=0, source="IEC 62056-6-2, Charge"):
    """One thing that uses credit up: consumption, time, or a share of each payment."""

    total_amount_paid = attribute(2, DataTag.DOUBLE_LONG, dynamic=True)
    charge_type = attribute(3, DataTag.ENUM, note="0 consumption 1 time 2 payment event")
    priority = attribute(4, DataTag.UNSIGNED)
    unit_charge_active = attribute(
        5,
        DataTag.STRUCTURE,
        note="{{integer commodity scale, integer price scale}, {long-unsigned class, octet-string, "
        "integer attribute}, array {octet-string index, long charge per unit}}",
    )
    unit_charge_passive = attribute(6, DataTag.STRUCTURE)
    unit_charge_activation_time = attribute(7, DataTag.OCTET_STRING, note="date-time, 12 octets")
    period = attribute(8, DataTag.DOUBLE_LONG_UNSIGNED, note="seconds")
    charge_configuration = attribute(
        9, DataTag.BIT_STRING, note="2 bits: percentage based, continuous collection"
    )
    last_collection_time = attribute(10, *_DATE_TIME_TYPES, dynamic=True)
    last_collection_amount = attribute(11, DataTag.DOUBLE_LONG, dynamic=True)
    total_amount_remaining = attribute(12, DataTag.DOUBLE_LONG, dynamic=True)
    proportion = attribute(13, DataTag.LONG_UNSIGNED)
    update_unit_charge = method(1, note="array of {octet-string index, long charge per unit}")
    activate_passive_unit_charge = method(2, DataTag.INTEGER)
    collect = method(3, DataTag.INTEGER)
    update_total_amount_remaining = method(4, DataTag.DOUBLE_LONG)
    set_total_amount_remaining = method(5, DataTag.DOUBLE_LONG)


class TokenGateway(InterfaceClass, class_id=115, version=0, source="IEC 62056-6-2, Token gateway"):
    """Where tokens come in, whichever way; the profile says in which form (STS: 20 digits or 66 bits)."""

    token = attribute(2, DataTag.OCTET_STRING, dynamic=True, note="the last token as it came")
    token_time = attribute(3, DataTag.OCTET_STRING, dynamic=True, note="date-time, 12 octets")
    token_description = attribute(4, DataTag.ARRAY, dynamic=True, note="octet-string")
    token_delivery_method = attribute(5, DataTag.ENUM, dynamic=True, note="0 remote 1 local 2 manual entry")
    token_status = attribute(
        6, DataTag.STRUCTURE, dynamic=True, note="{enum status code, bit-string data value}"
    )
    enter = method(1, DataTag.OCTET_STRING, note="mandatory")


# Interface class 116: the attributes of an STS meter's decoder, for reading back.
#
# The list of attributes is public; their types here are those that public clients use, and none of them was
# checked against the Blue Book: [1] for the list, [M] for the types.
#
# Source: IEC 62056-6-2, IEC 62055-41 attributes (class_id 116)


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
