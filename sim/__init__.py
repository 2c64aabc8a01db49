"""The simulated field, in SimPy time: what answers here answers in real bytes and real digits."""
