"""The API of the registry.

Map::

    schemas.py         people, places, agreements, devices and keys; limits are those of the models
    customers.py       customers: search, one, correct, consent, export, erasure
    installations.py   service points: register, one, correct, agreement, meter swap
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


APP_API = AppApi(
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
