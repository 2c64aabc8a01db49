"""PRIME 1.3.6: every PDU of the MAC with its real bit layout, as tables; encode and decode.

layout    fields of so many bits, packed and unpacked
checks    the header check sequence (8 bits) and the frame's CRC (32 bits)
headers   the generic header, the packet header, special identifiers
beacon    the beacon; promotion    the promotion-needed PDU
control   the ten control packets
sublayers segmentation (SAR) and automatic repeat (ARQ) sub-headers
gpdu      the frame that carries packets; `decode_pdu` for any of the three kinds
explain   one line for a dump

A field's confidence is noted beside it: E exact, read in a public source; M from memory of the standard.
"""
