"""Modules of communication."""
