"""General block transfer of a server: a request that came in blocks, and an answer that goes out in them.

It stands outside of protection: what is in the blocks may be ciphered.

Source: IEC 62056-5-3, general-block-transfer mechanism
"""

from collections.abc import Callable

from protocols.dlms.association import Association
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.errors import DecodeError
from protocols.dlms.framing import MAX_APDU_SIZE
from protocols.dlms.gbt import GbtEndpoint, block_octets_for, decode_block
from protocols.dlms.services import exceptions

# Gives the answer to a whole request, None when there is none.
Serve = Callable[[Association, bytes], bytes | None]


def octets_max(association: Association) -> int:
    """Octets of the longest APDU that the client takes."""
    return association.facts.max_send_pdu or MAX_APDU_SIZE


def receive_block(association: Association, apdu: bytes, serve: Serve) -> tuple[bytes, ...]:
    """What must be sent because of a block, in order; perhaps nothing.

    Args:
        association: of the client.
        apdu: a general-block-transfer APDU.
        serve: gives the answer to the request that the blocks join to.
    """
    if not association.grants(Conformance.GENERAL_BLOCK_TRANSFER):
        return (exceptions.NOT_ALLOWED,)
    try:
        block = decode_block(apdu)
    except DecodeError:
        return (exceptions.MALFORMED,)
    endpoint = association.transfers.general or _endpoint(association)
    association.transfers.general = endpoint
    step = endpoint.receive(block)
    if step.whole is None:
        return step.to_send
    association.by_gbt = True
    try:
        answer = serve(association, step.whole)
    finally:
        association.by_gbt = False
    if not answer:
        return ()
    association.transfers.general = endpoint
    return endpoint.send(answer, block_octets_for(octets_max(association)))


def in_blocks(association: Association, answer: bytes) -> tuple[bytes, ...]:
    """The first blocks of an answer that is too long for one APDU."""
    association.transfers.general = endpoint = _endpoint(association)
    return endpoint.send(answer, block_octets_for(octets_max(association)))


def _endpoint(association: Association) -> GbtEndpoint:
    return GbtEndpoint(association.limits.gbt_window, association.limits.max_transfer_octets)
