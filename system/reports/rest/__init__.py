"""The reports' part of the API.

Map of the room::

    reports.py   the catalogue, a report as JSON in whole numbers, and as CSV
"""

from system.accounts.rest.room import Refusal, Room
from system.reports.errors import UnableToReport
from system.reports.rest import reports

ROOM = Room(
    routers=(reports.router,),
    refusals={UnableToReport: Refusal(422, "refused", "No se puede")},
)
