"""Sans-io codecs and state machines, both roles: bytes in, events out, and the other way round.

Nothing below this package opens a socket, reads a clock or draws a random number: `now`, nonces and
tables are arguments.
"""
