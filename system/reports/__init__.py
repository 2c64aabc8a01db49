"""Reports and charts: declared as data, queried once, written in any format.

Map::

    declaration.py   Report, Column, Chart, CSV dialect; QueryResult: rows, notes, findings
    parameters.py    parameters as fields of a form; periods relative to a business day
    catalogue.py     the one table of reports
    queries/         one module for each report: user and parameters -> rows; money is the ledger's
    extracts/        published layouts of the regulator, as versioned TOML, and rows checked against them
    run.py           a report run with its parameters, ready to be shown or written
    render/          CSV, XLSX, PDF, JSON; each writes any report
    models.py        schedules, files made, deliveries
    schedules.py     schedule and stop a report; `run_due`: make, deliver, clear away
    delivery.py      channels: folder and mail
    pages/           pages of the office
    rest.py          routes of the API
"""
