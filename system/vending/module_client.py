"""Client of the security module, one for each thread."""

import threading
from typing import Any

from django.conf import settings

from system.security_module.client import SecurityModuleClient
from system.security_module.errors import UnableToReachModule

_local = threading.local()


def module_client() -> SecurityModuleClient:
    """The client of this thread, of the module that the settings name.

    Raises:
        UnableToReachModule: none is named.
    """
    url = settings.SECURITY_MODULE_URL
    if not url:
        raise UnableToReachModule("no security module is configured: set AMIBENCH_SECURITY_MODULE")
    client: Any = getattr(_local, "client", None)
    if client is None or _local.url != url:
        if client is not None:
            client.close()
        _local.client, _local.url = SecurityModuleClient(url), url
    found: SecurityModuleClient = _local.client
    return found


def close_client() -> None:
    """Hang up this thread's client."""
    client: Any = getattr(_local, "client", None)
    if client is not None:
        client.close()
        _local.client = None
