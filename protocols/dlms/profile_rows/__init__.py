"""Profiles (class 7) into typed rows: by capture objects, with units, quickly.

Map of the room::

    rows.py      Column, Row, Profile: what comes out
    decoder.py   decode_rows: octets of a buffer into rows
    layouts.py   rows of fixed size as one compiled struct
    generic.py   any other rows: null-data and deltas against the row before
    instants.py  date-times of rows
    selecting.py by instants or by entries

Reading one from a meter is `protocols.dlms.session.profiles`.
"""

from protocols.dlms.profile_rows.decoder import decode_rows
from protocols.dlms.profile_rows.generic import rows_from_data
from protocols.dlms.profile_rows.rows import Column, Profile, Quantity, Row, Value
from protocols.dlms.profile_rows.selecting import USUAL_CLOCK, between, latest

__all__ = [
    "USUAL_CLOCK",
    "Column",
    "Profile",
    "Quantity",
    "Row",
    "Value",
    "between",
    "decode_rows",
    "latest",
    "rows_from_data",
]
