"""The vendor's side of the bench: any vending system, through one protocol and the three hooks of STS 531-1.

* `vendor`: what a vending system is to the bench, and what it answers;
* `module_vendor`, `own_module`, `served_module`: our security module, in this process and behind its socket;
* `portal_vendor`, `portal_client`: a whole vending service over HTTP, through its bench route;
* `adapters`: which adapter a URL means;
* `registers`, `plan`: the test plan: its key registers and its steps, with the published tokens;
* `desk`: what the cases of ``suites/vending`` work with.
"""
