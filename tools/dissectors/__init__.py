"""Dissectors: DLMS as scapy packets, a second opinion; processes of their own, for scapy is GPL-2.0."""
