"""Modules of metering."""
