"""Modules of validation."""
