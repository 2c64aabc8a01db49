"""A nursery for terminals: the serving process is forked ready-loaded, killed, forked again.

    python terminal_processes.py DIRECTORY

DIRECTORY/terminal is written here. Commands and answers are those of `nursery.ForkingNursery`.
"""

import os
import sys
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "helpers")]
os.environ["DJANGO_SETTINGS_MODULE"] = "system.config.settings.terminal"

from nursery import ForkingNursery  # noqa: E402
from terminal_folder import write  # noqa: E402
from terminal_world import PASSPHRASE  # noqa: E402

from system.terminal.open_terminal import OpenTerminal  # noqa: E402
from system.terminal.serving import serve  # noqa: E402

#: A meter has a token every 16 minutes, and some in advance: a campaign goes round among many.
CUSTOMERS = 400


class TerminalNursery(ForkingNursery):
    """Terminals in one folder, one at a time."""

    def prepare(self) -> dict[str, Any]:
        from django.core.wsgi import get_wsgi_application

        get_wsgi_application()
        from system.terminal.pages import urls

        assert urls.urlpatterns
        return {"folder": str(write(self.directory, count=CUSTOMERS))}

    def serve(self) -> dict[str, Any]:
        """Fork one that serves; its address."""
        return self.fork(self._be_terminal)

    def _be_terminal(self, say: Any) -> None:
        with OpenTerminal.open(self.directory / "terminal", PASSPHRASE) as desk:
            serve(desk, 0, lambda url: say({"url": url}), threading.Event())


if __name__ == "__main__":
    TerminalNursery(Path(sys.argv[1])).live()
