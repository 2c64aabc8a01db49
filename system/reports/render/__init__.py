"""Writes any report in any format.

words.py   cells as people read them
csv_file.py, xlsx_file.py, pdf_file.py, json_file.py   one format each
drawing.py charts as SVG, for paper
formats.py the one table of formats
"""
