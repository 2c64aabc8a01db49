"""Login to the local page: one password, set at the first start, and sessions that end by themselves."""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from sim.concentrator.errors import OrderError
from sim.concentrator.nvm import Nvm
from sim.concentrator.settings import WebTerms

_SLOT = "web-password"
_SALT_OCTETS, _TOKEN_OCTETS = 16, 32
#: Cost of one guess: 16 MB and some tens of milliseconds.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**14, 8, 1
#: Sessions at one time, of people and of strangers; the longest idle one goes first.
_SESSIONS_MAX = 200
#: The pause after wrong passwords doubles up to this, s.
_PAUSE_MAX_S = 3_600.0

RandomOctets = Callable[[int], bytes]


@dataclass(slots=True)
class Session:
    """One browser.

    Args:
        csrf: what every form of it must carry.
        used_s: when it was used last, device s.
        trusted: whether the password was given.
        message: what it is told once, at its next page.
    """

    csrf: str
    used_s: float
    trusted: bool = False
    message: str = field(default="")


class Accounts:
    """Password and sessions of one concentrator.

    Args:
        memory: where the password's hash is kept.
        terms: how strict it is.
        now_s: device time, s.
        random_octets: gives so many random octets, for tokens and salts.
    """

    __slots__ = ("_failures", "_memory", "_now_s", "_random_octets", "_sessions", "_terms", "_wait_until_s")

    def __init__(
        self, memory: Nvm, terms: WebTerms, now_s: Callable[[], float], random_octets: RandomOctets
    ) -> None:
        self._memory = memory
        self._terms = terms
        self._now_s = now_s
        self._random_octets = random_octets
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._failures = 0
        self._wait_until_s = 0.0

    # ------------------------------------------------------------ the password

    @property
    def is_set(self) -> bool:
        """True if there is a password; without one nothing but setting it is possible."""
        return self._memory.get(_SLOT) is not None

    def set_password(self, password: str) -> None:
        """Set it for the first time.

        Raises:
            OrderError: ``refused``: there is one, or this one is too short or too simple.
        """
        if self.is_set:
            raise OrderError("refused", "there is a password already")
        least = self._terms.password_min
        if len(password) < least:
            raise OrderError("refused", f"a password has {least} characters or more")
        if len(set(password)) < least // 2:
            raise OrderError("refused", "the password repeats itself too much")
        salt = self._random_octets(_SALT_OCTETS)
        self._memory.put(_SLOT, f"{salt.hex()}:{_hashed(password, salt).hex()}")

    @property
    def pause_s(self) -> float:
        """For how long nobody can log in, s; 0: now."""
        return max(0.0, self._wait_until_s - self._now_s())

    def is_right(self, password: str) -> bool:
        """True if the password is right; during a pause none is. Wrong ones lead to pauses that double."""
        kept = self._memory.get(_SLOT)
        if kept is None or self.pause_s > 0:
            return False
        salt, expected = (bytes.fromhex(part) for part in kept.split(":"))
        if hmac.compare_digest(_hashed(password, salt), expected):
            self._failures = 0
            return True
        self._failures += 1
        excess = self._failures - self._terms.attempts
        if excess >= 0:
            pause_s = min(_PAUSE_MAX_S, self._terms.pause_s * 2 ** min(excess, 10))
            self._wait_until_s = self._now_s() + pause_s
        return False

    # ------------------------------------------------------------ sessions

    def session(self, token: str | None) -> tuple[str, Session]:
        """The session of a browser, or a fresh one of a stranger."""
        self._forget_idle()
        if token is not None and token in self._sessions:
            self._sessions.move_to_end(token)
            found = self._sessions[token]
            found.used_s = self._now_s()
            return token, found
        return self._begin(trusted=False)

    def let_in(self, token: str) -> str:
        """The browser gave the password: a fresh session, under another token."""
        self._sessions.pop(token, None)
        return self._begin(trusted=True)[0]

    def leave(self, token: str) -> None:
        """The browser logs out."""
        self._sessions.pop(token, None)

    def _begin(self, *, trusted: bool) -> tuple[str, Session]:
        token, csrf = (self._random_octets(_TOKEN_OCTETS).hex() for _ in range(2))
        self._sessions[token] = session = Session(csrf, self._now_s(), trusted)
        while len(self._sessions) > _SESSIONS_MAX:
            stranger = next((key for key, item in self._sessions.items() if not item.trusted), None)
            self._sessions.pop(stranger or next(iter(self._sessions)))
        return token, session

    def _forget_idle(self) -> None:
        oldest_s = self._now_s() - self._terms.session_s
        for token in [token for token, session in self._sessions.items() if session.used_s < oldest_s]:
            del self._sessions[token]


def _hashed(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P)
