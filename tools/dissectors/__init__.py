"""Modules of dissectors."""
