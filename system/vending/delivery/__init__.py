"""A sale's token on its way to the meter, and to the customer's telephone.

Map of the room::

    models/        what is chosen (ticket, AMI, both), hand-overs, messages, head-ends elsewhere
    choosing.py    which way a sale's tokens go
    hand_over.py   give a sale's tokens to the head-end that reaches its meter; never touches the sale
    withdrawing.py take tokens back before a sale is reversed
    carriers.py    head-ends as this room sees them: ours (`system.head_end.api`), or one elsewhere
    remote.py      a head-end elsewhere, by the network API (`docs/how-to/connect-a-network.md`)
    following.py   how a delivery stands, in the words that the cashier reads
    after.py       what follows when the meter has answered
    messenger.py   channels to customers (SMS and others): the protocol, and the file that ships
    texts.py       what messages say, in the 160 letters of GSM 03.38
    outbox.py      queue messages, and send them from the worker
    jobs.py        verbs of the background jobs
    pages.py, showing.py, forms.py   the piece of the sale page that looks again, the button that sends an
                   older token, and what is chosen
    remote_keys.py keys of head-ends elsewhere: sealed in the database, or in a private file
    managing_remotes.py, remote_pages.py, remote_forms.py   connect such a head-end, try it, stop it
    signals.py     `delivery_ended`, for the rooms above

Delivery (the meter has the token) and execution (it accepted, had used or refused it) are told apart. The
state of a delivery lives in the head-end's orders; here is only what is owed to it. A customer may type what
is on its way: the meter counts a token once, and answers the second time that it was used.
"""
