"""Modules of clock."""
