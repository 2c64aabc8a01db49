"""``amibench system collect``: keys first, then work until it is told to stop."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from amibench.commands.system.collect import collect, sentence_of
from amibench.errors import CommandError
from system.head_end.vocabulary import Reason

ROOT = Path(__file__).parents[2]
#: A database with a meter at an address where nobody answers.
METER = """
import sys, django
from django.apps import apps
from django.conf import settings
django.setup()
# the tables as the models have them: going through every migration takes half a minute
settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
from datetime import UTC, datetime
from django.core.management import call_command
from system.head_end.models import Channel, MeterAccess
from system.registry.models import Device, Provider
call_command("migrate", run_syncdb=True, verbosity=0)
began = datetime(2026, 1, 1, tzinfo=UTC)
provider = Provider.objects.create(name="P", nit="1")
device = Device.objects.create(provider=provider, kind="meter", maker="AMB", serial="00000001")
channel = Channel.objects.create(
    provider=provider, kind="direct", name="poste 7", url=sys.argv[1], due_at=began
)
MeterAccess.objects.create(
    provider=provider, device=device, channel=channel, sap=1, access="low", state_since=began,
    wanted_since=began,
)
"""


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "system.config.settings.production",
        "DATABASE_URL": "sqlite:///books.db",
        "AMIBENCH_DATA_DIR": str(folder),
        "AMIBENCH_SECRET_KEY": "x" * 60,
        "AMIBENCH_HOSTS": "127.0.0.1",
    }


def _keys(folder: Path, mode: int = 0o600) -> Path:
    path = folder / "keys.toml"
    path.write_text('[keys.low]\npassword = "hush-hush"\n')
    path.chmod(mode)
    return path


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="chmod 600") as caught:
        collect(_keys(tmp_path, 0o644), sessions=1, name="", once=True, lang="en", as_json=False)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_every_reason_has_a_sentence_in_both_languages(lang: str) -> None:
    sentences = [sentence_of(reason, lang) for reason in Reason]
    assert all(sentence.endswith(".") and " " in sentence for sentence in sentences)
    assert len(set(sentences)) == len(sentences)


def test_it_tells_of_failures_and_works_until_it_is_told_to_stop(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
    environment = _environment(tmp_path)
    subprocess.run([sys.executable, "-c", METER, url], cwd=tmp_path, env=environment, check=True)
    command = [sys.executable, "-m", "amibench", "system", "collect", "--keys", str(_keys(tmp_path))]
    with subprocess.Popen(
        [*command, "--name", "one", "--lang", "es"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        ready = json.loads(process.stdout.readline())
        assert (ready["collector"], ready["sessions"], ready["pid"]) == ("one", 50, process.pid)
        line = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        stopped = json.loads(process.stdout.readline())
        assert process.wait(30) == 0
    assert line.startswith("poste 7, 00000001: El concentrador o el medidor no acepta la conexión")
    assert "hush" not in line
    assert (stopped["stopped"], stopped["visits"]) == (True, 1)
