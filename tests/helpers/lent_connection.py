"""A collector's calls of the store within the transaction of a test."""

from django.db import connections

from system.head_end.acquisition import BlockingRunner


class LentConnection(BlockingRunner):
    """Calls the store in a thread that is lent the test's connection: no other sees its transaction."""

    def __init__(self) -> None:
        super().__init__()
        self._lent = connections["default"]
        self._lent.inc_thread_sharing()
        self._pool.submit(connections.__setitem__, "default", self._lent).result()

    def close(self) -> None:
        super().close()
        self._lent.dec_thread_sharing()
