"""Verbs, one module each: order, cancel, deliver, confirm, keep."""
