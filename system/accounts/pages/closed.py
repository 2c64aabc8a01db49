"""Pages of allauth that this system does not have: nobody gives an address, nothing is sent by mail.

They stand before allauth's own in `system.config.urls`; their names stay, as allauth asks for them.
"""

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import path


def closed(request: HttpRequest, **_: str) -> NoReturn:
    """Nothing here.

    Raises:
        Http404: always.
    """
    raise Http404


urlpatterns = [
    path(f"{address}{more}", closed)
    for address in ("email/", "confirm-email/", "password/set/", "password/reset/", "login/code/")
    for more in ("", "<path:rest>")
]
