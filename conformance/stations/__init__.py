"""Stations: what a case needs beside the device's link, as small protocols, and the drivers behind them.

`protocols` says what a station does; `control` drives a simulated field, `scpi` an instrument, `operator`
asks a person at the terminal; `station_set` picks one for each name that a target declares. A case never
knows which it has.
"""
