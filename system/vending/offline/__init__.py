"""The office behind terminals that sell without a link.

Map of the room::

    models.py    terminal, operator; pack, leased meter; batch, settled entry and sale, finding
    selectors/   position of a terminal, its leases and shifts; contents of a pack
    services/    verbs: enrolment, packs, settlement, office keys; `audit_trail` writes what each did
    settling/    one entry of a terminal's chain into the books; pure parts beside those that write
    pages/       what the office sees: terminals, enrolment, files
    rest/        the same as routes of the API, and the exchange with a terminal that has a link
    errors.py    refusals; small, for everything here raises them

What a terminal sold is a fact when it arrives: money was taken, a token was given. It is therefore booked as
it was, and what is strange about it becomes a finding. How: docs/how-to/sell-without-a-link.md.
"""
