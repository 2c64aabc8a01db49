"""A back-end of vending keys is a class and a row of one table."""

from typing import Any

import pytest

from system.security_module import key_stores
from system.security_module.key_stores import open_key_device


class Opened:
    def __init__(self, *terms: str) -> None:
        self.terms = terms


@pytest.mark.parametrize(
    ("library", "kind", "terms"),
    [
        ("/usr/lib/softhsm2.so", "pkcs11", ("/usr/lib/softhsm2.so", "llaves", "1234")),
        ("pkcs11:/usr/lib/softhsm2.so", "pkcs11", ("/usr/lib/softhsm2.so", "llaves", "1234")),
        ("nube:https://hsm.example", "nube", ("https://hsm.example", "llaves", "1234")),
        ("C:\\hsm\\library.dll", "pkcs11", ("C:\\hsm\\library.dll", "llaves", "1234")),
    ],
)
def test_the_scheme_of_the_library_names_the_back_end(
    monkeypatch: pytest.MonkeyPatch, library: str, kind: str, terms: tuple[str, ...]
) -> None:
    kinds: dict[str, Any] = {name: type(name, (Opened,), {}) for name in ("pkcs11", "nube")}
    monkeypatch.setattr(key_stores, "KEY_DEVICES", kinds)
    monkeypatch.setattr(key_stores, "Pkcs11KeyStore", kinds["pkcs11"])
    opened: Any = open_key_device(library, "llaves", "1234")
    assert (type(opened).__name__, opened.terms) == (kind, terms)
