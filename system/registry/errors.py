"""What the registry could not do, in one Spanish sentence."""


class UnableToRegister(ValueError):
    """What was asked cannot be written.

    Args:
        sentence: Spanish, for who asked.
        field: the field of the form, or the column of the file, that is wrong; empty: none of its own.
    """

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
