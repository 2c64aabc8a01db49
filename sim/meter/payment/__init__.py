"""What the account of a prepaid meter is made of, beyond one credit and one charge.

::

    plan.py       PaymentPlan: credits, charges and hours of one model, as the profile says
    credits.py    CreditSource: one source of credit and its status
    charges.py    Charge: one thing that uses credit up, and when it is due
    friendly.py   hours in which nobody is disconnected for want of credit
    history.py    token credits and charge collections, kept row by row

`sim.meter.payment.prepayment` joins them; without a plan it is one token credit and one consumption charge.

Source: IEC 62056-6-2, Account, Credit, Charge (classes 111, 112, 113)
"""
