"""Other DLMS implementations as witnesses. Nothing of the product imports them (decision 0008).

A module here is a *script*: it runs as its own process under the Python of the `oracles` environment, reads a
meter over TCP and prints what it saw as one JSON object.
"""
