"""Why a report could not be made. One Spanish sentence each."""


class UnableToReport(ValueError):
    """The report cannot be made with these parameters, or by this user."""


class UnableToDeliver(ValueError):
    """A file could not be handed to a channel; it stays on its page."""
