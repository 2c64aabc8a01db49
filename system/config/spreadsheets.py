"""Text that no spreadsheet takes for a formula: files of registry, reports and networks all escape it here.

Source: OWASP, CSV injection
"""

#: Beginnings of a formula.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00")
_INVISIBLE = " \u00a0\ufeff"


def escape_formula(text: str) -> str:
    """The text; an apostrophe before it where it would begin a formula.

    >>> escape_formula("=1+1"), escape_formula("María")
    ("'=1+1", 'María')
    """
    begins = text.lstrip(_INVISIBLE).startswith(_STARTS) or text.lstrip().startswith(_STARTS)
    return f"'{text}" if begins else text
