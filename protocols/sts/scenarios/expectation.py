"""Reading what a step expects: a result by its standard name, or several where the standard leaves a choice.

"Accept or OverflowError, by the size", "FunctionError (or FormatError): reserved", "Accept on a 4-digit
meter, MfrCodeError/FunctionError on a 2-digit one" each allow several; what stands behind a colon or a
semicolon, or in brackets that do not begin with "or", is a remark.
"""

import re

from protocols.sts.acceptance.results import AuthenticationResult, TokenResult, ValidationResult

RESULT_NAMES = frozenset(
    result.value
    for results in (AuthenticationResult, ValidationResult, TokenResult)
    for result in results
    if result not in (AuthenticationResult.AUTHENTIC, ValidationResult.VALID)
)
"""Every name that a meter can answer with."""

_NAME = re.compile(r"(?<!\w)(" + "|".join(sorted(RESULT_NAMES, key=len, reverse=True)) + r")(?!\w)")
_REMARK = re.compile(r"\((?!\s*or\b)[^)]*\)")
_NEGATED = re.compile(r"\b(?:not|never|no|nor)\s+(?:an?\s+)?\w+Error\b")


def allowed_results(expect: str) -> tuple[str, ...]:
    """Return the names that a step allows, the first one first; empty where it names none.

    >>> allowed_results("CRCError (not UsedError)"), allowed_results("Accept (or OverflowError): by its size")
    (('CRCError',), ('Accept', 'OverflowError'))
    """
    head = re.split(r"[:;]", _REMARK.sub(" ", expect), maxsplit=1)[0]
    found = _NAME.findall(_NEGATED.sub(" ", head)) or _NAME.findall(expect)[:1]
    return tuple(dict.fromkeys(found))
