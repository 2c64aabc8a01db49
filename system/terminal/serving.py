"""Django and waitress around a desk, on this machine alone."""

import os
import threading
from collections.abc import Callable
from typing import Any

from system.terminal.open_terminal import OpenTerminal
from system.terminal.services.recover import recover

SETTINGS = "system.config.settings.terminal"
HOST = "127.0.0.1"
_THREADS = 4


def serve(desk: OpenTerminal, port: int, ready: Callable[[str], None], told: threading.Event) -> None:
    """Serve the pages until somebody says `told`; a sale that was under way is ended first.

    Args:
        desk: the terminal.
        port: of 127.0.0.1; 0: a free one.
        ready: hears the address.
        told: set from a signal handler.

    Raises:
        OSError: the port cannot be had.
        TerminalRefused: the disk cannot be written.
    """
    application = _application()
    from waitress.server import create_server

    from system.terminal.pages import access

    recover(desk)
    access.serve_terminal(desk)
    server: Any = create_server(application, host=HOST, port=port, threads=_THREADS, ident="amibench")
    ready(f"http://{HOST}:{server.effective_port}/")

    def run() -> None:
        try:
            server.run()
        finally:
            told.set()

    threading.Thread(target=run, name="terminal", daemon=True).start()
    told.wait()
    server.task_dispatcher.shutdown()
    access.serve_terminal(None)


def _application() -> Any:
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()
