"""Kernel of every simulated device: time, ports, random streams, faults, control, the served world."""
