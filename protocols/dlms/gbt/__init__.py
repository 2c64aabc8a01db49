"""General block transfer: a layer of its own that carries whole APDUs, ciphered ones too, in numbered blocks.

`GbtEndpoint` is one side of an exchange: windows, streaming, recovery of lost blocks, both directions.
`GbtReassembly` joins what is pushed without acknowledgements, and `stream` cuts it.

>>> client, server = GbtEndpoint(window=2), GbtEndpoint()
>>> (request,) = client.send(bytes(20), block_octets=64)
>>> len(server.receive(decode_block(request)).whole)
20
"""

from protocols.dlms.gbt.endpoint import GbtEndpoint, GbtStep, decode_block
from protocols.dlms.gbt.reassembly import GbtReassembly
from protocols.dlms.gbt.sender import block_octets_for, stream

__all__ = [
    "GbtEndpoint",
    "GbtReassembly",
    "GbtStep",
    "block_octets_for",
    "decode_block",
    "stream",
]
