"""Closed loop: tokens, energy, credit and the supply switch as one machine, judged from outside."""
