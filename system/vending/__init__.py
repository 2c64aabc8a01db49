"""The sale of energy: tariffs, obligations, ledger, sale, token, receipt, points of sale.

Map of the room::

    pricing/   from pesos to units: one pure function, in integers, explainable years later
"""
