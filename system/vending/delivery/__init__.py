"""A sale's token on its way to the meter, and to the customer's telephone.

Map of the room::

    models.py            preferences (ticket, AMI, both), hand-overs, messages, head-ends elsewhere
    preference.py        delivery preference of a sale
    hand_over.py         give a sale's tokens to the head-end that reaches its meter; never touches the sale
    carriers.py          head-ends: ours (`system.head_end.api`), or one elsewhere by the network API
    status.py            status of a delivery, in the words that the cashier reads
    completion.py        what follows when the meter has answered; `delivery_ended`, for the rooms above
    withdrawal.py        take tokens back before a sale is reversed; tokens without an answer
    messages.py          messages to customers: texts of GSM 03.38, queue, sending
    messenger.py         channels (SMS and others): the protocol, and the file that ships; a setting names it
    remote_head_ends.py  connect a head-end elsewhere, try it, stop it
    remote_keys.py       keys of head-ends elsewhere: sealed in the database, or in a private file
    jobs.py              verbs of the background jobs
    pages.py, remote_pages.py, urls.py   what the office and the counter see

Delivery (the meter has the token) and execution (it accepted, had used or refused it) are told apart. The
state of a delivery lives in the head-end's orders; here is only what is owed to it. A customer may type what
is on its way: the meter counts a token once, and answers the second time that it was used.
"""
