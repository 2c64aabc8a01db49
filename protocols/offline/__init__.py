"""Selling without a link: messages between office, security module and terminal, and the terminal's chain.

Values and pure functions: no clock, no I/O, no randomness. The rooms:

* `canonical`: one spelling for equal JSON;
* `envelope`: kind, signer and signature around a message;
* `chain`: the terminal's journal, each entry naming the one before;
* `kinds`, `schema`: what a field may be, as tables that check, write and publish;
* `messages`: enrolment, lease, pack and batch;
* `wrapping`: how a decoder key travels in a lease;
* `pin`: what stands for an operator's PIN;
* `page`: writes ``docs/reference/offline-messages.md`` and its JSON schema.
"""

from protocols.offline.chain import Entry, check_chain, follow, genesis
from protocols.offline.envelope import FORMAT, fingerprint, open_envelope, peek, seal, signer_id
from protocols.offline.errors import ChainBroken, OfflineError

__all__ = [
    "FORMAT",
    "ChainBroken",
    "Entry",
    "OfflineError",
    "check_chain",
    "fingerprint",
    "follow",
    "genesis",
    "open_envelope",
    "peek",
    "seal",
    "signer_id",
]
