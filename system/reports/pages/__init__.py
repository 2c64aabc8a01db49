"""What the office sees.

listing.py   the list of reports
report.py    a report: parameters, chart, table, files
schedules.py reports that are made by themselves, and their files
attached.py  a file as an answer
forms.py     what is typed for a schedule
urls.py      addresses
"""
