"""Reports and charts: declared as data, asked once, written in any format.

Map of the room::

    declaring.py   what a report is: columns, charts, dialect, its question
    parameters.py  what can be asked of it, as fields of a form
    periods.py     «ayer», «mes anterior»: days relative to a business day
    answer.py      rows, notes and findings; totals and charts gathered while rows pass
    catalogue.py   the one table of reports
    questions/     what yields the rows; money is the ledger's
    extracts/      published layouts of the regulator, as versioned TOML, and the check of rows against them
    readings.py    the only way from here to what meters said
    render/        CSV, XLSX, PDF, JSON; each writes any report
    making.py      a report with its parameters, ready to be shown or written
    models/        schedules, files made, deliveries
    scheduling.py  have a report made by itself, and stop it
    due.py         when a schedule is due
    schedules.py   `run_due`: what the chores worker calls
    keeping.py     where made files lie, for this user's eyes alone
    delivery/      folder and e-mail
    pages/         what the office sees
    rest/          the same by the API
    errors.py      why a report could not be made
"""
