"""Generators of the pages in ``docs/reference`` that are made from tables, marks and measured rows."""
