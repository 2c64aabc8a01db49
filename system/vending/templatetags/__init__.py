"""Filters of the vending pages."""
