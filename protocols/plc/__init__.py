"""Frames of narrowband power-line modems, without I/O, time or chance.

cl432   the 4-32 convergence layer: a DLMS APDU between two service access points
prime   PRIME 1.3.6: beacons, control packets, data packets, segmentation, ARQ, checksums
errors  what may go wrong
"""
