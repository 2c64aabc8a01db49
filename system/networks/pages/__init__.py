"""Pages about networks.

Map of the room::

    urls.py          addresses
    forms.py         what is typed
    networks.py      list, a new one
    network.py       one: terms with a trial, keys, suspension
    webhooks.py      addresses, secrets, dead letters
    settlements.py   settled days and their files
    finding.py       rows that the user may see
"""
