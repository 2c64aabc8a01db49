"""Does what is due. A chore that fails leaves one line in the log, and the others go on."""

import logging
import os
import secrets
import threading
from collections.abc import Callable
from importlib import import_module

from django.db import close_old_connections

from system.chores.leasing import Turn, end_turn, next_due, take_turn
from system.chores.table import CHORES, Chore
from system.config.clock import security_now

_LOGGER = logging.getLogger("amibench.work")
#: Longest and shortest pause between two looks, seconds.
REST_MAX_S, REST_MIN_S = 5.0, 0.2


def worker_name() -> str:
    """Of this process, for people; the random part tells apart processes that follow each other."""
    return f"{os.uname().nodename}:{os.getpid()}:{secrets.token_hex(3)}"


def work_once(
    worker: str, chores: tuple[Chore, ...] = CHORES, stop: threading.Event | None = None
) -> dict[str, str]:
    """Everything that is due now, once: chore -> what came of it (``done``, ``failed``, a line).

    Args:
        worker: who does it.
        chores: in this order.
        stop: once it is set, no other chore is begun.
    """
    said: dict[str, str] = {}
    for chore in chores:
        if stop is not None and stop.is_set():
            break
        turn = take_turn(chore, worker, security_now())
        if turn is not None:
            said[chore.name] = _do(turn)
    return said


def work(stop: threading.Event, worker: str, chores: tuple[Chore, ...] = CHORES) -> None:
    """Until told to stop; a chore that has begun is ended first."""
    while not stop.is_set():
        try:
            work_once(worker, chores, stop)
            rest_s = next_due(chores, security_now())
        except Exception as error:  # the database is away: wait, and look again
            _LOGGER.warning("work: %s", type(error).__name__)
            rest_s = REST_MAX_S
        close_old_connections()
        stop.wait(min(max(rest_s, REST_MIN_S), REST_MAX_S))


def _do(turn: Turn) -> str:
    name = turn.chore.name
    try:
        line = _verb(turn.chore)() or ""
    except Exception as error:
        kind = type(error).__name__
        # neither the error's text nor its trace: both may hold data
        _LOGGER.error("%s: failed: %s at %s", name, kind, _where(error))
        end_turn(turn, security_now(), kind)
        return f"failed: {kind}"
    end_turn(turn, security_now())
    if line:
        _LOGGER.info("%s: %s", name, line)
    return line or "done"


def _verb(chore: Chore) -> Callable[[], str]:
    module, _, name = chore.verb.rpartition(".")
    found: Callable[[], str] = getattr(import_module(module), name)
    return found


def _where(error: BaseException) -> str:
    """File and line where it happened, of the innermost frame."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    code = trace.tb_frame.f_code
    return f"{os.path.basename(code.co_filename)}:{trace.tb_lineno}"
