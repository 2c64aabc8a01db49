"""Mutants: meters built wrong on purpose, each of which the bench must catch: the bench's own test.

A mutant is a class or a function in one of the families here. The decorator `mutant` enters it with its name,
the clause that it must fail, its description and the part that it replaces::

    @mutant("accepts-used-token", "iec62055-41/7.3.7", Message("…"), part("tid_store"))
    class AcceptsUsedToken(TidStore):
        '''A meter that takes a used token again.'''

A family gathers the mutants of neighbouring clauses; a further module here is a further family. The families,
and `sim` with them, are imported when a mutant is asked for, not before.
"""

from conformance.mutants._registry import METERS, Mutant

__all__ = ["Mutant", "load", "names"]

names, load = METERS.names, METERS.load
