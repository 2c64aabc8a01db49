"""Why something has no price."""


class PricingError(ValueError):
    """These inputs have no price; the message is one sentence for whoever typed them."""
