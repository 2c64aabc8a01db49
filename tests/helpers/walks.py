"""Modules of the product in which a function is executed while a piece of work is done."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("amibench", "conformance", "i18n", "links", "protocols", "sim", "system")
#: Code that an import runs is no step of a walk.
NOT_STEPS = {"<module>"}


@contextmanager
def traced(*, threads: bool = False) -> Iterator[set[str]]:
    """The set fills with the modules (paths from the root) in which a function is called in the block.

    Args:
        threads: also in threads that begin in the block.
    """
    rooms = tuple(f"{ROOT}/{room}/" for room in ROOMS)
    files: set[str] = set()

    def note(frame, event, _argument):
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(rooms) and code.co_name not in NOT_STEPS:
            files.add(code.co_filename)

    modules: set[str] = set()
    if threads:
        threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield modules
    finally:
        sys.setprofile(None)
        if threads:
            threading.setprofile(None)
        modules |= {str(Path(name).relative_to(ROOT)) for name in files}
