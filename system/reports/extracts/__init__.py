"""Layouts that a regulator published, as versioned TOML beside this file, and rows checked against them.

layout.py    what a layout is, and how its file is read
check.py     a row against its layout, in sentences
*.toml       one file for each layout and version; a new version is a new file
"""
