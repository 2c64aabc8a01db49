"""Pages of the terminal: one thing on each, the way on at the bottom, where the thumb is.

at.py       the desk that this process serves, and what every page shows of it
guard.py    loopback, headers, who may see a page
enter.py    who are you: name, PIN
home.py     four big doors, and what is left
sale.py     whom, how much, yes; the token
day.py      sales of a day
shift.py    open, count, close
slips.py    ticket and Z: on paper, on the screen
office.py   hand over, load; get to know the office
typed.py    what people type as money
"""
