"""Security policies: what requests and answers must be protected with, at least.

>>> required(3, 0).summary, required(3, 0, answers=True).summary
('authenticated, encrypted', 'authenticated, encrypted')
>>> required(0x2C, 1).summary, required(0x2C, 1, answers=True).summary
('authenticated, encrypted', 'authenticated')

Source: IEC 62056-6-2, Security setup version 0 and 1, security_policy
"""

from protocols.dlms.security.suites import SecurityControl

# Version 1: bits 2 to 4 authenticate, encrypt, sign requests; 5 to 7 the same for answers.
REQUEST_SIGNED, ANSWER_SIGNED = 0x10, 0x80
_V1_REQUEST = ((0x04, SecurityControl.AUTHENTICATED), (0x08, SecurityControl.ENCRYPTED))
_V1_ANSWER = ((0x20, SecurityControl.AUTHENTICATED), (0x40, SecurityControl.ENCRYPTED))
_V0_HIGHEST = 3
_V1_RESERVED = 0x03


def known(policy: int, version: int) -> bool:
    """Whether a number is a policy of that version of the class."""
    return 0 <= policy <= _V0_HIGHEST if version == 0 else 0 <= policy <= 0xFF and not policy & _V1_RESERVED


def weaker(new: int, old: int) -> bool:
    """Whether a policy gives up anything that another demands; a policy may only be strengthened."""
    return old & ~new != 0


def required(policy: int, version: int, *, answers: bool = False) -> SecurityControl:
    """The least protection of requests, or of answers.

    Args:
        policy: as the security setup holds it.
        version: of the security setup, 0 or 1.
        answers: look at answers.
    """
    if version == 0:
        return SecurityControl((policy & _V0_HIGHEST) << 4)
    control = SecurityControl.NONE
    for bit, protection in _V1_ANSWER if answers else _V1_REQUEST:
        if policy & bit:
            control |= protection
    return control


def signature_required(policy: int, version: int, *, answers: bool = False) -> bool:
    """Whether requests, or answers, must be signed."""
    return version > 0 and bool(policy & (ANSWER_SIGNED if answers else REQUEST_SIGNED))
