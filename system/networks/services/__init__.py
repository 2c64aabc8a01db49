"""Services for networks.

Map::

    networks.py      connect a network, change its terms, suspend it
    sales.py         sell within the network's limits; record the end of a sale
    deliveries.py    deliver a token of another platform
    settlements.py   settle a day, and write its file
    sandbox.py       trial sales and deliveries
"""
