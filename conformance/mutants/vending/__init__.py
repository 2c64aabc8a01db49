"""Vendor mutants: vending systems built wrong on purpose, each of which the vendor suite must catch.

A vendor mutant is our own module with one thing changed. The decorator `vendor_mutant` enters it with its
name, the case of STS 531-1 that it must fail, and its description. It is reached as ``mutant://vending/NAME``.
"""

from conformance.mutants._registry import VENDORS, VendorMutant

__all__ = ["VendorMutant", "load", "names"]

names, load = VENDORS.names, VENDORS.load
