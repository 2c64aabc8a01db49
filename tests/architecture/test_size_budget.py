"""R41: small modules, short functions. A module above the hard limit needs a name and a reason here."""

import ast
import io
import statistics
import tokenize
from pathlib import Path

NOT_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}

MEDIAN_LINES = 150
USUAL_LINES, USUAL_SHARE = 400, 0.90
HARD_LINES = 600
FUNCTION_P95_LINES, FUNCTION_HARD_LINES = 50, 70
TESTS_PER_CODE = 0.58  # a ratchet: R41 asks for 0.9, and this only ever goes up

#: Folders of the product that are tests: the bench's cases, and the devices that are wrong on purpose.
TESTS_THEMSELVES = {"suites", "mutants"}

#: path -> why it may be longer than HARD_LINES.
ALLOWED: dict[str, str] = {}


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def code_lines_of(path: Path) -> int:
    """Lines that hold code: no blank lines, comments or docstrings."""
    text = path.read_text(encoding="utf-8")
    documented: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str):
                documented.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NOT_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - documented)


def functions_of(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        (f"{path}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def test_modules_are_small(modules: list[Path], root: Path) -> None:
    sizes = {str(path.relative_to(root)): lines_of(path) for path in modules}
    assert statistics.median(sizes.values()) <= MEDIAN_LINES
    usual = sum(size <= USUAL_LINES for size in sizes.values()) / len(sizes)
    assert usual >= USUAL_SHARE, sorted(sizes.items(), key=lambda item: -item[1])[:10]
    assert {name: size for name, size in sizes.items() if size > HARD_LINES and name not in ALLOWED} == {}


def test_functions_are_short(modules: list[Path]) -> None:
    functions = [entry for path in modules for entry in functions_of(path)]
    lengths = sorted(length for _, length in functions)
    assert lengths[int(len(lengths) * 0.95)] <= FUNCTION_P95_LINES
    assert [entry for entry in functions if entry[1] > FUNCTION_HARD_LINES] == []


def test_tests_keep_up_with_the_code(modules: list[Path], tracked: list[Path], root: Path) -> None:
    """The suites of the bench are tests of a device: they count for neither."""
    code = sum(code_lines_of(path) for path in modules if not TESTS_THEMSELVES & set(path.parts))
    tests = sum(
        code_lines_of(path)
        for path in tracked
        if path.suffix == ".py" and path.relative_to(root).parts[0] == "tests"
    )
    assert tests >= TESTS_PER_CODE * code, f"{tests} lines of tests for {code} lines of code"
