"""Pages of networks.

Map::

    urls.py          addresses
    forms.py         forms of terms, keys, endpoints
    networks.py      list, connect, one network: terms with a trial, keys, suspension
    webhooks.py      endpoints, secrets, dead letters
    settlements.py   settled days and their files
"""
