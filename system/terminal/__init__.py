"""A point of sale that works without a link: a small vending of its own beside a secure counter.

Map of the room::

    folder.py     where a terminal lies: counter, book, enrolment; made once
    status.py     where it stands, read from its book alone
    desk.py       Desk: the open terminal that every verb takes: book, counter, clock, pack
    book/         one SQLite file: the chain, the sale under way, pack, shifts, wrong PINs
    packs.py      a pack as the terminal uses it: who is behind a number, which tariff, which meter
    standing.py   what a customer's next price depends on: pure, from pack and own sales since
    services/     verbs: admit the office, load a pack, log in, shifts, offer, sell, recover, print, hand over
    figures.py    sums of a day, a shift, a life; what is due; what is left
    tickets.py    the ticket of a sale and the slip of a shift, on the counter's own model
    printing.py   paper: a 58 mm printer that takes bytes as a file does
    link.py       batch out and pack in over a link, where an office's address is known
    pages/        what the community leader sees: 720 × 1280, one thumb
    serving.py    Django and waitress around it, on this machine alone
    errors.py     why something was refused, in Spanish and English

It has no table of the vending and no Django model: all that it knows of customers is what the pack says. Of
the vending it takes `pricing` and the Django-free part of `ticket`; whatever it prices, the office can price
again. Money is never at the mercy of this room: the counter (`system.security_module.secure_counter`) mints,
counts and refuses.

    desk = Desk.open(folder, passphrase)
    services.sell(desk, services.Order(sale_id, installation, amount_c, operator))
"""
