"""Writes any report in any format.

words.py   cells as people read them
csv_file.py, xlsx_file.py, pdf_file.py, json_file.py   one format each
safe.py    text that no spreadsheet takes for a formula
points.py  the cells of a chart, gathered from the rows of the table
drawing.py charts as SVG, for paper
formats.py the one table of formats
"""
