"""Writers take turns; who has the turn may write again, also in what follows a commit."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from system.config.writer import writing
from system.registry.models import Provider


def provider(name: str) -> Any:
    return Provider.objects.create(name=name, nit=name)


@pytest.mark.django_db(transaction=True)
def test_what_follows_a_commit_may_write():
    def work() -> None:
        with writing():
            provider("uno")
            transaction.on_commit(again)
        connection.close()

    def again() -> None:
        with writing():
            provider("dos")

    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        work_in = work  # another thread would have another database
        work_in()
    else:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(20)
        assert not thread.is_alive(), "the writer waits for itself"
    assert set(Provider.objects.values_list("name", flat=True)) == {"uno", "dos"}


@pytest.mark.django_db(transaction=True)
def test_a_fault_gives_the_turn_back():
    with pytest.raises(ValueError, match="no"), writing():
        provider("uno")
        raise ValueError("no")
    with writing():
        provider("dos")
    assert list(Provider.objects.values_list("name", flat=True)) == ["dos"]
