"""Many seeds of one scenario: on processes of this machine or on a Dask cluster, with the same results.

Map of the room::

    replica.py     one replica: what is asked for, and the row that comes of it
    results.py     the file of rows: appended one by one, read again to go on
    pool.py        workers as processes of this machine; one that dies is replaced
    cluster.py     workers of a Dask cluster (the extra ``distribuido``)
    run.py         what is left to do, and the summary over what was done
"""
