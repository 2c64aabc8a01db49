"""Modules of supply."""
