"""The terminal's own book: one SQLite file, durable before anything is shown.

schema.py   the tables
book.py     Book: the file, its turns, the chain
rows.py     what is read from it
"""

from system.terminal.book.book import Book
from system.terminal.book.rows import Shift, SoldRow, Tries, UnderWay

__all__ = ["Book", "Shift", "SoldRow", "Tries", "UnderWay"]
