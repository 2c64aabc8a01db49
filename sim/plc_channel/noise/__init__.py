"""Noise of the wire: floor, mains-synchronous envelope, hours of the day, bursts."""
