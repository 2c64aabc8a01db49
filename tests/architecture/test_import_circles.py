"""No import circle among the product's modules, those for type checkers included.

A circle means that two modules are one concept, or that an interface is missing between them.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOTS = ("amibench", "conformance", "links", "protocols", "sim", "system")


def module_name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def imported_modules(tree: ast.AST, modules: set[str]) -> Iterator[str]:
    """Product modules that a module imports anywhere in its text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                member = f"{node.module}.{alias.name}"
                yield from {member if member in modules else node.module} & modules
        elif isinstance(node, ast.Import):
            yield from {alias.name for alias in node.names} & modules


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that reach each other (Tarjan's strongly connected components), sorted.

    >>> circles({"a": {"b"}, "b": {"a", "c"}, "c": set()})
    [['a', 'b']]
    """
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []
    closed: set[str] = set()

    def leave(name: str) -> None:
        if lowest[name] == order[name]:
            group = path[path.index(name) :]
            del path[-len(group) :]
            closed.update(group)
            if len(group) > 1:
                found.append(sorted(group))

    for root in sorted(graph):
        work = [(root, iter(sorted(graph[root])))] if root not in order else []
        if work:
            order[root] = lowest[root] = len(order)
            path.append(root)
        while work:
            name, rest = work[-1]
            for other in rest:
                if other not in order:
                    order[other] = lowest[other] = len(order)
                    path.append(other)
                    work.append((other, iter(sorted(graph[other]))))
                    break
                if other not in closed:
                    lowest[name] = min(lowest[name], order[other])
            else:
                work.pop()
                leave(name)
                if work:
                    above = work[-1][0]
                    lowest[above] = min(lowest[above], lowest[name])
    return sorted(found)


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}, [["a", "b", "c"]]),
        ({"a": {"b"}, "b": {"a"}, "c": {"d", "a"}, "d": {"c"}}, [["a", "b"], ["c", "d"]]),
        ({"a": {"b", "c"}, "b": {"c"}, "c": set()}, []),
    ],
)
def test_a_circle_is_found(graph: dict[str, set[str]], expected: list[list[str]]) -> None:
    assert circles(graph) == expected


def test_no_module_reaches_itself(tracked: list[Path], root: Path) -> None:
    paths = {
        module_name(where): path
        for path in tracked
        for where in (path.relative_to(root),)
        if path.suffix == ".py" and where.parts[0] in ROOTS and path.exists()
    }
    modules = set(paths)
    graph = {
        name: set(imported_modules(ast.parse(path.read_text(encoding="utf-8")), modules)) - {name}
        for name, path in paths.items()
    }
    assert circles(graph) == []
