"""Sessions slide: who works stays logged in, and who stops is out after ``SESSION_COOKIE_AGE``.

The session is written, and its cookie sent anew, when it is half a minute old, and not with every request: a
commit more for each request is a commit that sales wait for.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from system.config.clock import security_now

GetResponse = Callable[[HttpRequest], HttpResponse]
#: How long a session stays as it is, seconds; much less than the shortest age that the settings take.
SLIDE_S = 30
#: Where a session keeps when it was last written, seconds of the wall.
_WRITTEN = "amibench_written"


def slide_session(get_response: GetResponse) -> GetResponse:
    """Middleware that has a session written again that was used and is not fresh any more."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        session: Any = request.session
        if session.accessed and not session.is_empty():
            now = int(security_now().timestamp())
            if not 0 <= now - session.get(_WRITTEN, 0) < SLIDE_S:  # below 0: somebody set the clock back
                session[_WRITTEN] = now
        return response

    return answered
