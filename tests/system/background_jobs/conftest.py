"""Books that other processes can open."""

from copied_books import books, empty_books

__all__ = ["books", "empty_books"]
