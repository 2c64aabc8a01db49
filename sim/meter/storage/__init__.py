"""Storage: what outlives the power.

::

    nvm.py          the memory, writes that a power cut interrupts, and the journal that makes several one
    persistence.py  which part is kept in which record, and when
    ring.py         numbered rows that are kept cell by cell
"""
