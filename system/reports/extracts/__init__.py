"""Layouts that a regulator published, as versioned TOML beside this file; `layout.py` reads and applies them.

A new version of a layout is a new file.
"""
