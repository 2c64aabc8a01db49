"""Modules of events."""
