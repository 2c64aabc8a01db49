"""The registry's part of the API.

Map of the room::

    schemas.py         people, places, terms, keys as they travel
    customers.py       people: search, one, correct, consent, export, erasure
    homes.py           points of supply: register, one, correct, contract, meter swap
    devices.py         devices: list, one, register, keys
    places.py          communities, sites, feeders
    groups.py          groups and their members
    imports.py         a file: check it, apply it
"""

from system.accounts.rest.problems import AppApi, Refusal
from system.registry.errors import UnableToReadFile, UnableToRegister
from system.registry.rest import customers, devices, groups, imports, installations, places


def _where(error: UnableToRegister) -> dict[str, object]:
    """The value that is wrong, where it is one."""
    if not error.field:
        return {}
    return {"errors": [{"field": f"body.{error.field}", "detail": error.sentence}]}


ROOM = AppApi(
    routers=(
        customers.router,
        installations.router,
        devices.router,
        places.router,
        groups.router,
        imports.router,
    ),
    refusals={
        UnableToRegister: Refusal(422, "refused", "No se puede registrar", _where),
        UnableToReadFile: Refusal(422, "file", "No se puede leer el archivo"),
    },
)
