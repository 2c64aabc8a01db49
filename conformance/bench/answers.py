"""What a device says of a token: the standard's names behind a display or a gateway's status."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conformance.text import Text

ACCEPTED = frozenset({"Accept", "1stKCT", "2ndKCT", "3rdKCT", "4thKCT"})
FORMAT = frozenset({"FormatError"})
AUTHENTICATION = frozenset({"CRCError", "MfrCodeError"})
VALIDATION = frozenset({"OldError", "UsedError", "KeyExpiredError", "DDTKError"})
EXECUTION = frozenset({"OverflowError", "KeyTypeError", "RangeError", "FunctionError"})
#: Not in the standard: the token was not looked at, after too many wrong ones.
LOCKED = frozenset({"LockOut"})

NAMES = ACCEPTED | FORMAT | AUTHENTICATION | VALIDATION | EXECUTION | LOCKED

#: status_code of the Token gateway (COSEM class 115, attribute 6) -> the results it may stand for.
GATEWAY_STATUS: dict[int, frozenset[str]] = {
    3: ACCEPTED,
    4: FORMAT,
    5: AUTHENTICATION,
    6: VALIDATION,
    7: EXECUTION | LOCKED,
}


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """The device's answer to one token.

    Args:
        said: in the device's own words.
        names: the standard's results that these may mean; one for a display, several for a coarse status,
            none where the words are unknown.
    """

    said: str
    names: frozenset[str]

    @property
    def accepted(self) -> bool:
        """Whether the token was taken (a section of a key change counts)."""
        return bool(self.names) and self.names <= ACCEPTED

    @property
    def locked(self) -> bool:
        """Whether the device did not look at the token, for it is locked."""
        return self.names == LOCKED

    @property
    def refused(self) -> bool:
        """Whether the token was refused, for whatever reason."""
        return bool(self.names) and not self.names & ACCEPTED

    def may_be(self, *names: str) -> bool:
        """Whether the answer is one of `names`, as far as it tells."""
        return bool(self.names & set(names))

    def words(self) -> Text:
        """For a step of the record."""
        known = "/".join(sorted(self.names)) or "?"
        return Text(
            f"el medidor contesta «{self.said}» ({known})", f'the meter answers "{self.said}" ({known})'
        )


def from_display(shown: str, result_names: Mapping[str, str]) -> TokenAnswer:
    """Understand a display: the standard's bare name, or a text that the target file explains.

    Longer texts are tried first, so that ``USED TOKEN`` is not taken for ``TOKEN``.
    """
    words = set(shown.replace(":", " ").split())
    bare = words & NAMES
    if bare:
        return TokenAnswer(shown, frozenset(bare))
    upper = shown.upper()
    for text in sorted(result_names, key=len, reverse=True):
        if text.upper() in upper:
            return TokenAnswer(shown, frozenset({result_names[text]}))
    return TokenAnswer(shown, frozenset())


def from_status(code: int, description: Iterable[str] = ()) -> TokenAnswer:
    """Understand a Token gateway's status code; where its description names a result that fits, that one."""
    coarse = GATEWAY_STATUS.get(code, frozenset())
    words = " ".join(description)
    named = coarse & set(words.split())
    return TokenAnswer(f"status_code {code} {words}".strip(), frozenset(named) or coarse)
