"""What every simulated device stands on: clock, ports, random streams, control, and who moves the world."""
