"""Homes from a file: people, places, contracts and meters, row by row, all or nothing.

Map of the room::

    errors.py      the file cannot be read; a cell that is wrong
    tables.py      bytes of an XLSX or CSV file -> headed rows of text, within limits
    columns.py     which columns there are, which are needed, how each is read (one table)
    parsing.py     a row of text -> `HomeData`, or what is wrong with it
    conflicts.py   what the database knows already, and what the file says twice
    loading.py     the rows of a file, written at once
    template.py    the file to begin with; texts that no office program takes for a formula
"""
