"""Channels: transmission lines, measured matrices, and none at all."""
