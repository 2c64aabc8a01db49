#!/usr/bin/env python3
"""The front door: makes the environment that is needed, then hands its arguments on. Standard library only.

    python3 run.py certify            any arguments go to amibench
    python3 run.py test [TOX ARGS]    the one test command: tox with its default environments

Everything it says goes to standard error, so that `python3 run.py sts vectors F --json > out.json` holds
only JSON.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "amibench-installed.txt"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCKS = {"run": ROOT / "locks" / "runtime.txt", "test": ROOT / "locks" / "test.txt"}
OLDEST = (3, 11)
FIRST_STEPS = """\
python3 run.py certify        test the virtual meter; the evidence goes to ./evidence
python3 run.py demo           a simulated village and the utility's portal; Ctrl-C ends it
python3 run.py test           every check of the repository
python3 run.py --help         all commands; each has its own --help
README.md and docs/ explain them. In Spanish: README.es.md, and --lang es."""


def say(sentence):
    """Tell the person at the terminal what is going on."""
    print(f"run.py: {sentence}", file=sys.stderr, flush=True)


def give_up(sentence):
    """One sentence with the mend, exit 3."""
    say(sentence)
    raise SystemExit(3)


def wanted_stamp(kind):
    """What the environment must have been made from: the lock, the project's metadata and this Python."""
    digest = hashlib.sha256()
    for path in (LOCKS[kind], ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return f"{kind} {digest.hexdigest()} {sys.version_info[0]}.{sys.version_info[1]} {ROOT}"


def installed(kind):
    """Whether the environment is there and up to date; the test environment serves for running, too."""
    if not (PYTHON.exists() and STAMP.exists()):
        return False
    lines = STAMP.read_text(encoding="utf-8").splitlines()
    return wanted_stamp(kind) in lines


def run_pip(*arguments):
    """Run pip inside the environment, its chatter on standard error; give up when it fails."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        give_up("the locked packages could not be installed (see above); check the connection and try again")


def make_venv():
    """A fresh virtual environment, or one sentence on what Debian lacks for it."""
    if VENV.exists():
        shutil.rmtree(VENV)
    say("making the virtual environment .venv")
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        give_up("Python has no venv here: install it with `sudo apt install python3-venv` and run this again")


def ensure(kind):
    """Bring the environment to the state that `kind` ("run" or "test") needs; one process at a time."""
    with only_one():
        if installed(kind):
            return
        kept = STAMP.read_text(encoding="utf-8").splitlines() if STAMP.exists() and PYTHON.exists() else []
        if not any(line.endswith(" ".join(wanted_stamp(kind).split(" ")[2:])) for line in kept):
            make_venv()  # none yet, or one of another Python or place
        STAMP.unlink(missing_ok=True)
        say(f"installing the locked packages ({LOCKS[kind].name}); this takes a minute the first time")
        run_pip("install", "--require-hashes", "-r", str(LOCKS[kind]))
        run_pip("install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
        both = kind == "test" or wanted_stamp("test") in kept
        STAMP.write_text(
            "\n".join([wanted_stamp("run"), *([wanted_stamp("test")] if both else [])]), encoding="utf-8"
        )
        say("ready")


@contextlib.contextmanager
def only_one():
    """Two first starts at once must not install into the same folder."""
    if fcntl is None:
        yield
        return
    with open(ROOT / ".venv.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def hand_over(command):
    """Run `command` in place of this process and end with its exit code."""
    if os.name == "nt":
        raise SystemExit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], command)


def main(arguments):
    """Set up what is missing, then run amibench or tox."""
    if not arguments:
        print(FIRST_STEPS)
        return
    if sys.version_info < OLDEST:
        give_up(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}")
    if arguments[:1] == ["test"]:
        ensure("test")
        hand_over([str(PYTHON), "-m", "tox", "run", "--conf", str(ROOT / "tox.ini"), *arguments[1:]])
    else:
        ensure("run")
        hand_over([str(PYTHON), "-m", "amibench", *arguments])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        raise SystemExit(130) from None
