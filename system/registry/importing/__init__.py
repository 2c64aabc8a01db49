"""Import of service points from a file: people, places, agreements and meters, all rows or none.

Map::

    spreadsheets.py   bytes of an XLSX or CSV file -> headed rows of text, within limits
    columns.py        columns: needed or not, how each is read (one table); blank workbook, list of errors
    parsing.py        a row of text -> `ServicePointData`; conflicts within the file and with the registry
    loading.py        review of a file, and its rows written at once
"""
