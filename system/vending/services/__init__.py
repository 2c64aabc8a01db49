"""Verbs: each changes something, in one transaction or in the order that reserve, mint, commit asks for."""
