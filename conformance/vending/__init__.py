"""Vending systems under test: any of them, through one protocol and the three hooks of STS 531-1.

* `vending_system`: the protocol, its requests and answers;
* `module_vendor`, `own_module`: our security module, behind its socket and in this process;
* `portal_vendor`: a whole vending service over HTTP, through its bench route;
* `adapters`: the adapter of a URL;
* `plan`: the test plan, its key registers and its steps with the published tokens;
* `bench`: hooks, recorded questions and marks of the cases in ``suites/vending``.
"""
