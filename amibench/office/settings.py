"""The environment that the processes of an office live in."""

import os
import secrets
from pathlib import Path

#: How long a channel of the collector is its own, s of the wall.
_LEASE_S = 90.0
#: Of the user's environment, nothing of a real system reaches the processes.
_FOREIGN = ("AMIBENCH_", "DJANGO_", "DATABASE_URL")


def environment(folder: Path, speed: float = 1.0) -> dict[str, str]:
    """What the processes are given: the user's environment without a real system, and the office's settings.

    Args:
        folder: the private one.
        speed: seconds of business that pass in one of the wall: leases last as long on the wall as anywhere.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "system.config.settings.demo",
        "TMPDIR": str(folder),  # what a process that is killed leaves lying goes away with the rest
        "AMIBENCH_DATA_DIR": str(folder),
        "AMIBENCH_SECRET_KEY": secrets.token_urlsafe(48),
        "AMIBENCH_SECURITY_MODULE": f"unix://{module_socket(folder)}",
        "AMIBENCH_WORLD_CONTROL": str(control_file(folder)),
        "AMIBENCH_LEASE_S": str(round(_LEASE_S * max(1.0, speed))),
        "AMIBENCH_LANG": os.environ.get("AMIBENCH_LANG", ""),
    }


def control_file(folder: Path) -> Path:
    """Where the village says how it is moved and reached."""
    return folder / "control.toml"


def module_socket(folder: Path) -> Path:
    """Where the security module listens."""
    return folder / "socket"
