"""Verbs: each one transaction, safe to repeat where a fact is written."""
