"""A point of sale that works without a link: a small vending of its own beside a secure counter.

Map of the room::

    open_terminal.py     OpenTerminal: folder, book, counter, clock and pack that every verb takes; its status
    book.py              one SQLite file: the chain, the sale under way, pack, shifts, wrong PINs
    packs.py             a pack as the terminal uses it: customer behind a number, tariff, meter
    customer_account.py  what a customer's next price depends on: pure, from pack and own sales since
    services/            verbs: offices, packs, batches; log-in and shifts; offer, sell, print; recover
    totals.py            totals of a day, a shift, a life; what is due; what is left
    tickets.py           the ticket of a sale and the slip of a shift, and the printer's device
    pages/               what the community leader sees: 720 × 1280, one thumb
    serving.py           Django and waitress around it, on this machine alone
    errors.py            refusals, in Spanish and English

It has no table of the vending and no Django model: all that it knows of customers is what the pack says. Of
the vending it takes `pricing` and the Django-free part of `ticket`; whatever it prices, the office can price
again. Money is never at the mercy of this room: the counter (`system.security_module.secure_counter`) mints,
counts and refuses.

    terminal = OpenTerminal.open(folder, passphrase)
    services.sell(terminal, services.Order(sale_id, installation, amount_c, operator))
"""
