"""Secure counter of an off-line terminal: holds its two keys and its leases, mints, counts, and signs.

An ISO 7816 secure access module can stand in its place; this one is software. Protected: keys at rest are
under a passphrase, an edit of its store by hand is seen, a token is on the disk before it is answered, and
the money that it has sold only grows. Not protected: a copy of its directory that is put back is a counter of
that day, with the money unspent. Only hardware prevents that; the fork of the terminal's chain shows it when
both histories come to the office (`protocols.offline.chain`).

* `refusals`: its refusals, as a table;
* `identity`: its keys, in a sealed file;
* `store`: tokens, money and leases, in SQLite, each row authenticated and tied to the one before;
* `counter`: `SecureCounter`, the whole, with its requests and answers.
"""

from system.security_module.secure_counter.counter import CounterStatus, Minted, MintRequest, SecureCounter
from system.security_module.secure_counter.refusals import CounterRefused

__all__ = ["CounterRefused", "CounterStatus", "MintRequest", "Minted", "SecureCounter"]
