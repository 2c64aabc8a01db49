"""The office behind terminals that sell without a link.

Map of the room::

    models/        terminal, operator; pack, leased meter; batch, settled entry and sale, finding
    keys.py        the office's own signing key, and fingerprints that two people read to each other
    limits.py      what a terminal may hold: limit and deposits; what it took, what is due
    shifts.py      its shifts with their sums
    services/      verbs: enrol, suspend, replace, set a PIN, make a pack, receive a batch, receive cash
    packing/       what goes into a pack, gathered for thousands of customers at once
    settling/      one entry of a terminal's chain into the books; pure parts beside those that write
    pages/         what the office sees: terminals, one terminal, settlement in three steps
    rest/          the same as routes of the API, and the exchange with a terminal that has a link
    errors.py      why something was refused

What a terminal sold is a fact when it arrives: money was taken, a token was given. It is therefore booked as
it was, and what is strange about it becomes a finding. How: docs/how-to/sell-without-a-link.md.
"""
