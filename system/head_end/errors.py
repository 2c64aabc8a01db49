"""Errors of the head-end's verbs, plain, for pages, routes and other rooms alike: each a Spanish sentence."""


class UnableToOrder(ValueError):
    """An order was refused; nothing was written."""


class UnableToConfirm(ValueError):
    """A device that was found in the field was not confirmed; nothing was changed."""


class UnableToConfigure(ValueError):
    """A channel, a rule or a plan was refused; nothing was written."""
