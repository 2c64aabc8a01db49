"""Communication: the byte ports, the pushes that leave by them, and the modem on a power line.

::

    ports.py  wrapper, HDLC, optical, power-line and radio ports over one device model; transport of pushes
    push.py   push setups, and the patience of a push that finds no taker
    modem.py  between the wire and the port for it
"""
