"""Every command that the documents show is typed in order, in a scratch folder, and ends as the page says.

What the machine of a test cannot have is replaced, and what takes long is shortened, by the tables below and
nowhere else: a line that no row changes runs as it stands.
"""

import json
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_blocks import ROOT, Command, Shell, commands

pytestmark = [pytest.mark.documents, pytest.mark.timeout(1200)]

PAGES = [
    path.relative_to(ROOT).as_posix()
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
    if "```console" in path.read_text(encoding="utf-8")
]

#: Pattern of a line -> why it is not typed.
LEFT_OUT = {
    r"run\.py test": "the test command, which runs this test",
    r"run\.py .*/dev/ttyUSB0\?baud=9600[&\"]": "no serial port here; tests/amibench try a pty",
    r"^systemctl": "a service of the reader's machine",
    r"^uv pip compile": "makes the locks anew from the package registry",
}
#: Pattern of a page -> a command that is typed before its first one, and why.
PROVIDED = (
    (
        r"10\.1\.2\.3:4059",
        "python3 run.py meter serve --port {4069} --target-file vendor-meter.toml &",
        "a meter of the reader's",
    ),
    (
        r"10\.1\.2\.4:4059",
        "python3 run.py meter serve --port {4079} --framing hdlc &",
        "another, which speaks HDLC",
    ),
    (
        r"medidor-proveedor\.toml",
        "cp vendor-meter.toml medidor-proveedor.toml",
        "its target file has a Spanish name, too",
    ),
)
#: Pattern of a page -> the page whose commands come before its own.
FOLLOWS = ((r"unix://\$HOME/module/socket", "docs/how-to/security-module.md"),)
#: Pages that do not run yet -> why.
UNFINISHED = {
    "docs/how-to/certify-a-vending-system.md": "wants a served module and the portal of the bench",
    "docs/how-to/collect-readings.md": "wants the system's variables and a key file",
    "docs/how-to/connect-a-network.md": "wants a key that the page of networks shows once",
    "docs/how-to/measure-speed.md": "the book of a million and PostgreSQL are long",
    "docs/how-to/receive-pushes.md": "wants the system's variables and a key file",
    "docs/how-to/use-the-api.md": "wants a portal with a cashier and an open shift",
}
#: Pattern -> what is typed in its place, and why. ``{8000}`` is a free port, the same one all over a page;
#: ``{serial}`` is what the last command that serves said of itself.
REPLACED = (
    (r"10\.1\.2\.3:4059", "127.0.0.1:4069", "the meter that is provided"),
    (r"10\.1\.2\.4:4059", "127.0.0.1:4079", "another that is provided"),
    (
        r"run\.py month(?: teorama_nano)?(?= +(?:#|--)|$)",
        "run.py month three_homes.toml",
        "time: three homes",
    ),
    (r"cp sim/scenarios/worlds/teorama_nano\.toml", "cp three_homes.toml", "time: three homes"),
    (r"serial:///dev/pts/3\?mode=e", "{serial}", "the line that `meter serve --serial` prints"),
    (r"\b(4059|4060|4061|4069|4079|8000|8100|9443)\b", r"{\1}", "ports that another program may have"),
)
_SHORT_CERTIFY = r"run\.py certify (?:mutant://accepts|sim|meter\.|medidor|vendor-m)"
#: Pattern -> what is appended, and why.
APPENDED = (
    (_SHORT_CERTIFY, "--only iec62055-41/7.3.7", "time: one clause of the suites"),
    (r"run\.py certify mutant://never-opens", "--only dlms-bb/class-70", "time: the clause that it breaks"),
    (r"run\.py (?:sim run|campaign) teorama_nano", "--days 0.05", "time"),
    (r"run\.py month", "--days 0.6", "time"),
    (r"run\.py (?:demo|system serve)(?!.*--port)", "--port {8000}", "a port that another program may have"),
    (r"run\.py pos serve(?!.*--port)", "--port {8100}", "a port that another program may have"),
)
#: Answers to prompts, and what shortens benchmarks.
ENVIRONMENT = {
    "AMIBENCH_BENCHMARK_ROUNDS": "1",
    "AMIBENCH_PASSWORD": "a-trial-of-7-words",
    "AMIBENCH_OPERATOR_PASSPHRASE": "a-trial-of-7-words",
    "AMIBENCH_POS_PASSPHRASE": "a-trial-of-7-words",
    "AMIBENCH_SECURITY_MODULE_PASSPHRASE": "a-trial-of-7-words",
}


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    for name in ("conformance", "benchmarks"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copy(Path(__file__).with_name("three_homes.toml"), tmp_path)
    made = Shell(tmp_path, ENVIRONMENT)
    try:
        yield made
    finally:
        made.close()


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class Script:
    """Commands of a page, as they are typed."""

    def __init__(self, page: str) -> None:
        self._text = (ROOT / page).read_text(encoding="utf-8")
        self._commands = list(commands(ROOT / page))
        self._ports: dict[str, str] = {}
        self._facts: dict[str, str] = {}

    def __iter__(self) -> Iterator[Command]:
        for pattern, page in FOLLOWS:
            if re.search(pattern, self._text):
                yield from map(self._filled, commands(ROOT / page))
        for pattern, command, _why in PROVIDED:
            if re.search(pattern, self._text):
                yield self._filled(Command(command))
        for command in self._commands:
            if not any(re.search(pattern, command.text) for pattern in LEFT_OUT):
                yield self._filled(changed(command))

    def learn(self, output: str) -> None:
        """Facts that later commands need, from the JSON lines of one that serves."""
        for line in re.findall(r"^\{.*\}$", output, re.MULTILINE):
            self._facts |= {name: fact for name, fact in json.loads(line).items() if isinstance(fact, str)}

    def _filled(self, command: Command) -> Command:
        def fill(found: re.Match[str]) -> str:
            name = found[1]
            return self._ports.setdefault(name, free_port()) if name.isdigit() else self._facts[name]

        return Command(re.sub(r"\{(\d{4}|serial)\}", fill, command.text), command.code)


def changed(command: Command) -> Command:
    """A command by the tables; what is appended goes before a comment or ``&``."""
    text = command.text
    for pattern, instead, _why in REPLACED:
        text = re.sub(pattern, instead, text)
    for pattern, more, _why in APPENDED:
        if re.search(pattern, command.text):
            body, end = re.fullmatch(r"(.*?)(\s*(?:&\s*)?(?:\s#.*)?)", text, re.DOTALL).groups()
            text = f"{body} {more}{end}"
    return Command(text, command.code)


@pytest.mark.parametrize("page", [page for page in PAGES if page not in UNFINISHED])
def test_the_commands_of_a_page(page: str, shell: Shell) -> None:
    script = Script(page)
    for command in script:
        code, output = shell.run(command)
        script.learn(output if command.stays else "")
        assert code == command.code, f"{page}: {command.text}\n{output}"


def test_what_does_not_run_yet_is_a_page() -> None:
    assert set(UNFINISHED) <= set(PAGES)


def test_every_row_of_the_tables_changes_some_line() -> None:
    lines = [command.text for page in PAGES for command in commands(ROOT / page)]
    patterns = [*LEFT_OUT, *(row[0] for table in (REPLACED, APPENDED) for row in table)]
    assert [pattern for pattern in patterns if not any(re.search(pattern, line) for line in lines)] == []
    texts = [(ROOT / page).read_text(encoding="utf-8") for page in PAGES]
    assert [
        row[0] for row in (*PROVIDED, *FOLLOWS) if not any(re.search(row[0], text) for text in texts)
    ] == []
