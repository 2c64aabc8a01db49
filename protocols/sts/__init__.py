"""STS prepayment tokens (IEC 62055-41, -51, -52): identities, keys, ciphers, tokens, acceptance by the meter.

Pure functions and values: no clock, no I/O but the package's own data file of cipher tables, no randomness.
Names of the rooms:

* `protocols.sts.identity`: MeterPAN, DRN, SGC, KRN, TI, key types, base dates;
* `protocols.sts.keys`: vending keys, decoder keys, DKGA02 and DKGA04, key expiry;
* `protocols.sts.cipher`: EA07 (STA) and EA11 (MISTY1); EA09 to read only;
* `protocols.sts.token`: the tokens as values and their 20 digits;
* `protocols.sts.acceptance`: what a meter does with 20 digits;
* `protocols.sts.vectors`: minting from the inputs of a test vector;
* `protocols.sts.scenarios`: running a described meter through a list of tokens;
* `protocols.sts.bulk`: many tokens at once, over NumPy arrays;
* `protocols.sts.testkeys`: the published test keys, the only keys in the project.
"""
