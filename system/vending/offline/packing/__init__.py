"""What goes into a pack, gathered for thousands of customers with a handful of questions.

Map of the room::

    scope.py       whose installations a terminal sells to
    customers.py   each of them as the terminal must know him: meter, month, residue, obligations
    tariffs.py     the versions that price while the pack lives
    leasing.py     leases of the security module, a hundred meters each
    texts.py       what a message may hold of names and codes
"""
