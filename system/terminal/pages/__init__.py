"""Pages of the terminal: one thing on each, the way on at the bottom, where the thumb is.

access.py  the terminal of this process, loopback, headers, log-in; values as typed
shift.py   log-in, home; open, count, close
sales.py   customer, amount, token; sales of a day; ticket and Z
office.py  hand over, load; get to know the office
"""
