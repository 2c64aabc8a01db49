"""Generators of the pages in ``docs/reference`` that are made from tables and marks."""
