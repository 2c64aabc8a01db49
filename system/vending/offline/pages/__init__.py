"""Pages of the office behind terminals.

Map of the room::

    terminals.py   all terminals; a batch from whichever of them
    terminal.py    one terminal: where it stands, packs, batches, shifts, findings; suspend it, let it go on
    enrolling.py   take one in, or in place of another; its terms
    operators.py   who sells with it: PINs
    settlement.py  three steps at the desk: batch, cash, pack
    files.py       packs and batches as files
    office.py      the office's own keys, for a terminal that meets it for the first time
    forms.py, finding.py, urls.py
"""
