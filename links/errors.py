"""What can go wrong with a link.

::

    LinkError
    ├── LinkUrlError      no known scheme, or a bad or unknown option (also a ValueError)
    ├── LinkOpenError     the URL is fine and what it names cannot be opened (also an OSError)
    └── LinkClosedError   the link is closed, or the peer went away (also a ConnectionError)

Every message is one sentence that can be shown to a person as it is.
"""


class LinkError(Exception):
    """Anything that a link raises."""


class LinkUrlError(LinkError, ValueError):
    """The URL cannot be understood: a mistake of whoever wrote it."""


class LinkOpenError(LinkError, OSError):
    """The device or address behind a good URL cannot be opened."""


class LinkClosedError(LinkError, ConnectionError):
    """The link was used after it was closed, or the peer closed it."""
