"""Modules of storage."""
