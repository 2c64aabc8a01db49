"""Text that no spreadsheet takes for a formula."""

#: What a spreadsheet takes for the beginning of one (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00")


def safe(text: str) -> str:
    """The text; an apostrophe before it where it would begin a formula.

    >>> safe("=1+1"), safe("María")
    ("'=1+1", 'María')
    """
    return f"'{text}" if text.lstrip(" \u00a0\ufeff").startswith(_FORMULA) else text
