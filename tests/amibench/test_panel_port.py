"""``--panel-port``: any served meter shows its customer unit as a page."""

import json
import signal
import subprocess
import sys
import urllib.request

PATIENCE_S = 60


def test_a_stand_alone_meter_shows_its_unit() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "amibench", "meter", "serve", "--meters", "2", "--panel-port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        with urllib.request.urlopen(ready["panel"] + "/states?lang=es") as answer:
            states = json.load(answer)
        assert list(states) == ["meter-1", "meter-2"]
        assert states["meter-1"]["words"]["credit"] == "0,0 kWh"
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
