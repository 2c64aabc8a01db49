"""What evidence can fail with: one error, said in both languages.

EvidenceError   the folder cannot take the artefacts
"""

from conformance.text import Text


class EvidenceError(Exception):
    """The artefacts could not be written; earlier ones, if any, are as they were.

    `sentence` holds the whole sentence with the mend; ``str()`` speaks English.
    """

    def __init__(self, sentence: Text) -> None:
        super().__init__(sentence.en)
        self.sentence = sentence

    def spoken(self, lang: str) -> str:
        """The sentence in `lang`."""
        return self.sentence.spoken(lang)
