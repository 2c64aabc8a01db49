"""The conformance suites: pytest modules in clause order, one folder per suite.

A case is a function that takes `bench` and bears three marks: `case(...)`, its words in two languages;
``clause``, one or more clauses of `conformance.catalogue`; ``needs``, what the target must have or declare
for it to apply. It brings the device into the state it needs by itself, says what it does (`bench.stimulus`)
and sees (`bench.observe`), and judges only through `bench.check`: a plain ``assert`` that fails is a fault
of the bench, not of the device.
"""
