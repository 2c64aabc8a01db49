"""Writers: any report in any format.

Map::

    formats.py   the table of formats; CSV and JSON
    xlsx.py      XLSX
    pdf.py       PDF, set by typst
    cells.py     cells as text
    charts.py    points of a chart, and charts as SVG
"""
