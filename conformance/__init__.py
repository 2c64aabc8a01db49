"""The bench: suites named after clauses, run on a device behind a URL, leaving evidence that can be filed."""
