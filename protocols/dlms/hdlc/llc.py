"""The three octets of LLC that stand before an APDU in HDLC.

Source: IEC 62056-46, 5.3 (LSAPs E6/E7, quality 00).
"""

LLC_COMMAND = bytes.fromhex("e6e600")
LLC_RESPONSE = bytes.fromhex("e6e700")
LLC_SIZE = 3
