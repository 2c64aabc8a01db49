"""Somebody at a terminal's pages, without a browser: logs in, sells, and notes what was promised to him."""

import http.cookiejar
import re
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from uuid import UUID

_FIELD = re.compile(r'name="(csrfmiddlewaretoken|sale_id|pesos|units)" value="([^"]*)"')


@dataclass
class Hand:
    """A session at an address; `promised` are the sales whose token was shown."""

    url: str
    promised: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def get(self, path: str) -> tuple[str, str]:
        """Where one ends up, and the page there."""
        with self._opener.open(self.url + path, timeout=30) as answer:
            return answer.url, answer.read().decode()

    def post(self, path: str, **fields: str) -> tuple[str, str]:
        data = urllib.parse.urlencode(fields).encode()
        with self._opener.open(self.url + path, data, timeout=30) as answer:
            return answer.url, answer.read().decode()

    def log_in(self, username: str, pin: str) -> str:
        """Where one ends up."""
        _, page = self.get(f"entrar/?quien={username}")
        return self.post("entrar/", quien=username, pin=pin, **form_of(page))[0]

    def sell(self, installation: str, pesos: int) -> UUID:
        """Ask for a price, say yes, see the token."""
        _, page = self.get(f"vender/{installation}/?pesos={pesos}")
        url, page = self.post(f"vender/{installation}/si/", **form_of(page))
        found = re.search(r"/ventas/([0-9a-f-]{36})/$", url)
        assert found, page
        self.promised.append(UUID(found[1]))
        return self.promised[-1]


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    return dict(_FIELD.findall(page))
