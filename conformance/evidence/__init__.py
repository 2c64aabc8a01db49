"""Evidence: what a run leaves behind.

`model` is the record; `bundle` files its six artefacts, each made by a module of its own. The two reports
share `view`, built by `presenting` and `front` in one language, so that they cannot differ in what they say.
"""

from conformance.evidence.bundle import EvidenceError, check_writable, write_all

__all__ = ["EvidenceError", "check_writable", "write_all"]
