"""Security module: the one process that holds vending keys and turns them into tokens.

It has its own clock, its own store of keys, client roles and limits, and a small API on a Unix socket or on
TLS. Nothing of Django is imported here, and no key leaves the process. The rooms, from the disk outwards:

* `sealed_file`, `journal`, `store`: kept data, which survives a kill at any byte; backup and restore;
* `sealed_contents`, `key_file`, `key_stores`: keys with their register attributes, clients, operators;
* `state`: TIDs, results, limits and leases, as the journal's records add up to it;
* `schema`, `api`, `refusals`, `errors`: the words of the API, as data;
* `clock`, `approval`, `policy`, `issuing`, `service`: permission, and the tokens;
* `leases`: leases for off-line terminals; `secure_counter`: mints under them in the terminal;
* `committer`, `server`, `client`: the process and its callers.
"""
