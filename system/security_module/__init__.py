"""The security module: the one process that holds vending keys and turns them into tokens.

It has its own clock, its own store of keys, client roles and limits, and a small API on a Unix socket or on
TLS. Nothing of Django is imported here, and no key leaves the process. The rooms, from the disk outwards:

* `sealed`, `journal`, `store`, `backup`: what is kept, and how it survives a kill at any byte;
* `contents`, `key_file`, `vault`, `pkcs11_vault`: keys with their register attributes, clients, operators;
* `tid_memory`, `lease_memory`, `state`: what was minted and leased, as the journal's records add up to it;
* `schema`, `api`, `refusals`: the words of the API, as data;
* `clock`, `approval`, `policy`, `minting`, `issuing`, `service`: what is allowed, and the tokens;
* `granting`, `leasing`: leases for off-line terminals; `secure_counter`: what mints under them, out there;
* `committer`, `server`, `client`: the process and its callers.
"""
