"""Printing a token and its fields as a tree."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from amibench.commands.sts.files import grouped
from amibench.commands.sts.texts import field_label

_HEAD = ("token_class", "token_subclass", "name", "crc_ok")
"""What stands above the fields, not among them."""


def add_fields(branch: Tree, decoded: dict[str, Any], lang: str) -> None:
    """Hang every field with its meaning under `branch`."""
    for name, value in decoded.items():
        if name not in _HEAD:
            branch.add(
                f"[bold]{name}[/bold] {escape(str(value))}  [dim]{escape(field_label(name, lang))}[/dim]"
            )


def token_tree(digits: str, decoded: dict[str, Any], lang: str) -> Tree:
    """The digits in groups, the name, and every field."""
    tree = Tree(f"[bold]{grouped(digits)}[/bold]")
    place = f"{decoded['token_class']}/{decoded['token_subclass']}"
    add_fields(tree.add(f"{place} {escape(str(decoded['name']))}"), decoded, lang)
    return tree


def print_tree(tree: Tree) -> None:
    """Print without folding lines, so that a pipe gets one line a node."""
    Console(soft_wrap=True, highlight=False).print(tree)


def print_token(digits: str, decoded: dict[str, Any], lang: str) -> None:
    """Print one token."""
    print_tree(token_tree(digits, decoded, lang))
