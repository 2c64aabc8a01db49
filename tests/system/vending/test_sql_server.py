"""Schema and main queries compile for SQL Server; nothing is executed there (the extra ``sqlserver``)."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROBE = """
import sys
import types

import django

try:
    import pyodbc
except ImportError:  # its shared library comes from the system; to compile nothing of it is needed
    stub = types.ModuleType("pyodbc")
    stub.version = "5.3.0"
    stub.__getattr__ = lambda name: type(name, (Exception,), {})
    sys.modules["pyodbc"] = stub

django.setup()
from django.db import connection
from mssql.base import DatabaseWrapper

DatabaseWrapper.sql_server_version = 2019
from django.apps import apps
from django.utils import timezone
from system.vending.models import Sale, Transfer, TariffVersion
from system.registry.models import MeterKeying

with connection.schema_editor(collect_sql=True, atomic=False) as editor:
    for label in ("registry", "accounts", "vending"):
        for model in apps.get_app_config(label).get_models():
            editor.create_model(model)
sql = "\\n".join(map(str, editor.collected_sql))
assert "CREATE TABLE [vending_sale]" in sql, sql[:500]
assert "CREATE TABLE [vending_transfer]" in sql
for query in (
    Sale.objects.filter(outcome__minted=True).order_by("-business_at")[:50],
    TariffVersion.objects.filter(code="x").order_by("-valid_from", "-version")[:1],
    MeterKeying.objects.at(timezone.now()).filter(device=1),
    Transfer.objects.filter(movement__outcome__posted=True),
):
    text, _ = query.query.get_compiler("default").as_sql()
    assert "SELECT" in text and "LIMIT" not in text, text
print("compiled")
"""


@pytest.mark.skipif(
    importlib.util.find_spec("mssql") is None, reason="the extra sqlserver (mssql-django) is not installed"
)
def test_tables_and_queries_compile() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "system.config.settings.test",
            "DATABASE_URL": "mssql://nobody:nothing@127.0.0.1:1/amibench",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "compiled", done.stderr[-2000:]
