"""Orders at a meter, each in a session that is open.

Map of the room::

    execution.py   an order from the store's permission to the report
    outcome.py     how an order may end
    token.py       a token through the gateway (class 115)
    controls.py    cut and reconnection (class 70), payment mode (class 111), clock: read, acted on, read back
    on_demand.py   registers now, with scaler and unit
"""
