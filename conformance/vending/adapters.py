"""Adapters of vending systems by URL: one in this process, a mutant, a module at its socket, or a portal."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from conformance.vending.module_vendor import ServedModule
from conformance.vending.own_module import OwnModule
from conformance.vending.portal_vendor import PortalVendor
from conformance.vending.vending_system import VendingSystem
from conformance.virtual_devices import NoVirtualDevices, virtual_devices

DEFAULT = "vendor://security-module"
"""Our own module, in this process."""

MUTANT_HOST = "vending"
"""``mutant://vending/NAME`` is a vendor built wrong."""

_Opener = Callable[[str, Mapping[str, str], str], VendingSystem]

#: name in ``vendor://NAME`` -> what makes it.
IN_PROCESS: dict[str, Callable[[], VendingSystem]] = {"security-module": OwnModule}

#: scheme -> what opens it. A further product's adapter is one more row.
ADAPTERS: dict[str, _Opener] = {
    "security-module+unix": lambda url, operators, _: ServedModule(url, operators),
    "security-module+tls": lambda url, operators, _: ServedModule(url, operators),
    "http": PortalVendor,
    "https": PortalVendor,
}

SCHEMES = ("vendor", *ADAPTERS)
"""Schemes of vending systems, beside ``mutant``."""


def is_vendor(url: str) -> bool:
    """True where a URL names a vending system."""
    parts = urlsplit(url)
    return parts.scheme in SCHEMES or (parts.scheme, parts.netloc) == ("mutant", MUTANT_HOST)


def in_process(url: str) -> bool:
    """True where the vending system is in this process: its clock is the bench's, and no two runs differ."""
    return urlsplit(url).scheme in ("vendor", "mutant")


def complaint(url: str) -> str | None:
    """Fault of the name in a vendor's URL, in one sentence; None where there is none."""
    parts = urlsplit(url)
    if parts.scheme == "vendor" and parts.netloc not in IN_PROCESS:
        return f"no vending system called `{parts.netloc}`; known: {', '.join(IN_PROCESS)}"
    name = parts.path.strip("/")
    if parts.scheme != "mutant":
        return None
    try:
        known = virtual_devices().vending_mutants()
    except NoVirtualDevices as error:
        return str(error)
    return None if name in known else f"no vendor mutant called `{name}`; known: {', '.join(known)}"


def open_vendor(url: str, operators: Mapping[str, str], secret_file: str = "") -> VendingSystem:
    """Reach the vending system.

    Args:
        url: one that `is_vendor` and has no `complaint`.
        operators: name -> file of an operator's private key, where key changes need signatures.
        secret_file: of a portal; empty: its secret stands in the environment.

    Raises:
        VendingUnreachable: in one sentence.
    """
    parts = urlsplit(url)
    if parts.scheme == "vendor":
        return IN_PROCESS[parts.netloc]()
    if parts.scheme == "mutant":
        return virtual_devices().vending_mutant(parts.path.strip("/"))
    return ADAPTERS[parts.scheme](url, operators, secret_file)
