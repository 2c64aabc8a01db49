"""What the mutants of security suite 1 share: another security in a meter that signs."""

import dataclasses

from protocols.dlms.security import DeviceSecurity, SecuritySuite
from sim.meter import DEFAULT_PARTS, Credentials, Parts
from sim.meter.security import suite_security

PROFILE = "ppkw-suite1"


def with_security(kind: type[DeviceSecurity]) -> Parts:
    """The default parts with another security of the suites that sign."""

    def make(title: bytes, suite: SecuritySuite, credentials: Credentials) -> DeviceSecurity:
        return suite_security(title, suite, credentials, kind=kind)

    return dataclasses.replace(DEFAULT_PARTS, suite_security=make)


__all__ = ["PROFILE", "with_security"]
