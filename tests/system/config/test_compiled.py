"""Compiled queries and insertions do what the plain ones do."""

import threading
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from system.config.compiled_queries import (
    CompiledQuery,
    KeyList,
    compile_all,
    insert,
    insert_missing,
    update,
)
from system.head_end.models import Channel
from system.registry.models import Provider
from system.vending.models import Movement, MovementOutcome

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


def movement(provider: Provider, **more: Any) -> Movement:
    told = {"kind": "other", "business_at": NOW, "business_day": NOW.date(), "wall_at": NOW, **more}
    return Movement(provider=provider, **told)


@pytest.fixture
def provider(db: Any) -> Provider:
    return Provider.objects.create(name="Uno", nit="1")


BY_ALL = CompiledQuery(
    lambda pk, kind, at, day, provider_id: Movement.objects.filter(
        models.Q(business_at__gt=at) | models.Q(business_day=day), pk=pk, kind=kind, provider_id=provider_id
    ).select_related("provider"),
    pk=models.UUIDField(),
    kind=models.CharField(),
    at=models.DateTimeField(),
    day=models.DateField(),
    provider_id=models.BigIntegerField(),
)


def test_a_compiled_query_finds_what_a_plain_one_finds(provider: Provider) -> None:
    row = movement(provider)
    row.save()
    movement(provider).save()
    wanted = {"pk": row.pk, "kind": "other", "provider_id": provider.pk}
    with CaptureQueriesContext(connection) as asked:
        assert BY_ALL(**wanted, at=NOW, day=NOW.date()) == [row]
        assert BY_ALL.first(**wanted, at=NOW, day=date(2020, 1, 1)) is None
        found = BY_ALL.first(**wanted, at=NOW - timedelta(microseconds=1), day=date(2020, 1, 1))
    assert found.provider == provider
    assert found.business_at == NOW
    assert len(asked) == 3  # the provider came along


LOCKED = CompiledQuery(lambda pk: Movement.objects.select_for_update().filter(pk=pk), pk=models.UUIDField())


@pytest.mark.django_db(transaction=True)
def test_one_that_locks_rows_is_compiled_before_there_is_a_transaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection.features, "has_select_for_update", True)
    monkeypatch.setattr(connection.ops, "for_update_sql", lambda **_: "")
    LOCKED._statements.clear()
    with pytest.raises(transaction.TransactionManagementError):
        LOCKED.compiled(connection)
    assert compile_all() > 0
    assert connection.vendor in LOCKED._statements


def test_arguments_are_all_of_them(provider: Provider) -> None:
    with pytest.raises(TypeError, match="this query takes"):
        BY_ALL(pk=uuid.uuid4())
    unused = CompiledQuery(lambda nit: Provider.objects.all(), nit=models.CharField())
    with pytest.raises(TypeError, match="makes no use of"):
        unused(nit="1")


_BY_NAME = CompiledQuery(lambda name: Provider.objects.filter(name=name), name=models.CharField())


@given(name=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30))
@pytest.mark.django_db
def test_text_is_text(name: str) -> None:
    """Quotes, percent signs and backslashes mean nothing to the database."""
    with transaction.atomic():
        made = Provider.objects.create(name=name, nit=str(uuid.uuid4())[:20])
        assert _BY_NAME(name=name) == list(Provider.objects.filter(name=name))
        assert made in _BY_NAME(name=name)
        transaction.set_rollback(True)


def test_insert_writes_what_save_writes(provider: Provider) -> None:
    saved, inserted = movement(provider), movement(provider)
    saved.save()
    insert(inserted)
    plain = {"id", "_state"}
    rows = [vars(Movement.objects.get(pk=row.pk)) for row in (saved, inserted)]
    first, second = ({key: value for key, value in row.items() if key not in plain} for row in rows)
    assert first == second
    insert(*(MovementOutcome(movement=row, posted=True, wall_at=NOW) for row in (saved, inserted)))
    assert MovementOutcome.objects.count() == 2
    insert()


def test_a_row_is_inserted_once(provider: Provider) -> None:
    row = movement(provider)
    insert(row)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(row)
    with pytest.raises(TypeError, match="is a fact"):
        row.save()


_AMONG = CompiledQuery(
    lambda names, ids: Provider.objects.filter(name__any_of=names, pk__any_of=ids).order_by("name"),
    names=KeyList(models.CharField()),
    ids=KeyList(models.BigIntegerField()),
)


@given(
    names=st.lists(
        st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12),
        max_size=4,
        unique=True,
    )
)
@pytest.mark.django_db
def test_one_of_several_keys_is_asked_for_with_one_statement(names: list[str]) -> None:
    """Commas, braces, quotes and backslashes mean nothing to the database."""
    with transaction.atomic():
        made = [Provider.objects.create(name=name, nit=f"nit {number}") for number, name in enumerate(names)]
        Provider.objects.create(name="a longer name than any of them", nit="another")
        assert set(_AMONG(names=names, ids=[row.pk for row in made])) == set(made)
        assert set(_AMONG(names=names, ids=[row.pk for row in made[1:]])) == set(made[1:])
        assert set(Provider.objects.filter(name__any_of=names)) == set(made)
        transaction.set_rollback(True)


def test_uuids_may_be_several(provider: Provider) -> None:
    rows = [movement(provider) for _ in range(3)]
    insert(*rows)
    by_key = CompiledQuery(
        lambda keys: Movement.objects.filter(pk__any_of=keys), keys=KeyList(models.UUIDField())
    )
    assert set(by_key(keys=[rows[0].pk, rows[2].pk, uuid.uuid4()])) == {rows[0], rows[2]}
    assert by_key(keys=[]) == []


def test_update_writes_the_named_fields_alone(provider: Provider) -> None:
    other = Provider.objects.create(name="Dos", nit="2")
    provider.name, provider.nit, other.name = "Uno más", "not written", "Dos más"
    update(provider, other, fields=["name"])
    update(fields=["name"])
    assert set(Provider.objects.values_list("name", "nit")) == {("Uno más", "1"), ("Dos más", "2")}


def test_update_says_how_many_rows_are_there(provider: Provider) -> None:
    missing = Provider(pk=provider.pk + 1, name="Nadie", nit="0")
    assert update(missing, fields=["name"]) == 0
    assert update(provider, missing, fields=["name"]) == 1


def test_an_update_of_nothing_serves_one_of_something(provider: Provider) -> None:
    """What is compiled for a row whose field is empty is run for one whose field is not, and back."""
    channel = Channel.objects.create(provider=provider, kind="direct", name="C", url="tcp://x", due_at=NOW)
    for until in (None, NOW, None):
        channel.leased_until = until
        assert update(channel, fields=["leased_until"]) == 1
        assert Channel.objects.get().leased_until == until
    channel.pk += 1
    assert update(channel, fields=["leased_until"]) == 0


def test_what_is_there_already_is_left_as_it_is(provider: Provider) -> None:
    insert_missing(Provider(name=provider.name, nit="9"), Provider(name="Dos", nit="2"))
    assert set(Provider.objects.values_list("name", "nit")) == {(provider.name, "1"), ("Dos", "2")}


def test_it_is_compiled_once_for_all_threads(provider: Provider) -> None:
    """A connection of another thread runs what this thread's compiled, with its own arguments."""
    built: list[str] = []

    def build(name: str) -> Any:
        built.append(name)
        return Provider.objects.filter(name=name)

    query = CompiledQuery(build, name=models.CharField())
    assert compile_all() > 1
    assert query(name=provider.name) == [provider]
    query._of_thread = threading.local()  # as another thread finds it
    assert query(name="nobody") == []
    assert query(name=provider.name) == [provider]
    assert len(built) == 1
