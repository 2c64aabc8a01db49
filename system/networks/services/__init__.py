"""Verbs of this room, one module each."""
