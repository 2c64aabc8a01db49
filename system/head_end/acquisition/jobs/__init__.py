"""What is done at a meter, each in a session that is open.

Map of the room::

    profile.py    rows of a profile by gap
    registers.py  registers now, with scaler and unit
    clock.py      the clock, compared and corrected within limits
    events.py     event logs
    token.py      a token through the gateway (class 115)
    switch.py     cut and reconnection (class 70), read back
    mode.py       prepayment or credit (class 111)
    endings.py    how an order may end
    orders.py     an order from the desk's word to the report
"""
