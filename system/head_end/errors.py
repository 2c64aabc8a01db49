"""Why something was not ordered, confirmed or changed: a Spanish sentence that can be shown."""


class UnableToOrder(ValueError):
    """An order was refused; nothing was written."""


class UnableToConfirm(ValueError):
    """A device that was found in the field was not confirmed; nothing was changed."""


class UnableToConfigure(ValueError):
    """A channel, a rule or a plan was refused; nothing was written."""
