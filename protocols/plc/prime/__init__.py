"""PRIME 1.3.6: every PDU of the MAC with its real bit layout, as tables; encode and decode.

layout        fields of so many bits, packed and unpacked; the two check sequences
control       the ten control packets
connections   connections: their control packets, segmentation (SAR) and repeat (ARQ) sub-headers
pdu           headers, beacon, promotion-needed PDU, the frame; `decode_pdu` for any of them, `describe_pdu`

A field's confidence is noted beside it: E exact, read in a public source; M from memory of the standard.
"""
