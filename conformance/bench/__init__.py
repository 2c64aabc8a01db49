"""The bench: what a case holds in its hands, from the link to the token mint.

`case` says what a case is, `bench.Bench` is the fixture every case receives, `rig` reaches the device and its
stations, `dialogue` speaks DLMS with it, `mint` makes tokens, `endings` is how a case ends.
"""
