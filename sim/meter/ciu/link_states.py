"""How a unit stands to its meter, as a table.

Source: the state machine that the published manuals of split meters describe (pairing, loss, replacement)
"""

from enum import Enum


class LinkState(Enum):
    """What the unit knows of its meter."""

    UNPAIRED = "unpaired"
    PAIRING = "pairing"
    PAIRED = "paired"
    LINK_LOST = "link-lost"


class LinkTrigger(Enum):
    """What changes that."""

    PAIR_KEYED = "pair-keyed"
    PAIR_ACCEPTED = "pair-accepted"
    PAIR_REFUSED = "pair-refused"
    UNPAIR_KEYED = "unpair-keyed"
    ANSWERED = "answered"
    GIVEN_UP = "given-up"
    LINE_DEAD = "line-dead"


#: (state, trigger) -> next state; a pair that is missing changes nothing.
TRANSITIONS: dict[tuple[LinkState, LinkTrigger], LinkState] = {
    (LinkState.UNPAIRED, LinkTrigger.PAIR_KEYED): LinkState.PAIRING,
    (LinkState.PAIRED, LinkTrigger.PAIR_KEYED): LinkState.PAIRING,
    (LinkState.LINK_LOST, LinkTrigger.PAIR_KEYED): LinkState.PAIRING,
    (LinkState.PAIRING, LinkTrigger.PAIR_ACCEPTED): LinkState.PAIRED,
    (LinkState.PAIRING, LinkTrigger.PAIR_REFUSED): LinkState.UNPAIRED,
    (LinkState.PAIRING, LinkTrigger.GIVEN_UP): LinkState.UNPAIRED,
    (LinkState.PAIRING, LinkTrigger.LINE_DEAD): LinkState.UNPAIRED,
    (LinkState.PAIRED, LinkTrigger.UNPAIR_KEYED): LinkState.UNPAIRED,
    (LinkState.LINK_LOST, LinkTrigger.UNPAIR_KEYED): LinkState.UNPAIRED,
    (LinkState.PAIRED, LinkTrigger.GIVEN_UP): LinkState.LINK_LOST,
    (LinkState.PAIRED, LinkTrigger.LINE_DEAD): LinkState.LINK_LOST,
    (LinkState.LINK_LOST, LinkTrigger.ANSWERED): LinkState.PAIRED,
}
