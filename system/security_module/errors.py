"""Errors of the security module.

A request that is refused is an answer (`system.security_module.refusals`); these are for a store that cannot
be used and for a module that cannot be reached::

    SecurityModuleError
    ├── UnableToOpenStore       missing, open to others, in use, or made by another version
    │   ├── WrongPassphrase     the sealed file does not open with this passphrase, or was altered
    │   └── JournalDamaged      a record in the middle of the journal is not what was written
    ├── UnableToLoadKey         a key file that is refused; the message never quotes the key
    ├── UnableToUseToken        the PKCS#11 library, its token or its key cannot be used
    ├── UnableToListen          the socket or the port cannot be had, or a certificate cannot be read
    ├── UnableToReachModule     the client: no answer at the URL
    │   └── AnswerLost          the request may have been carried out: fetch the result by its message id
    └── RequestRefused          the client: the module said no, with a code of `refusals`
"""


class SecurityModuleError(Exception):
    """Base of every error that this room raises; the message is one sentence with the mend."""


class UnableToOpenStore(SecurityModuleError):
    """The directory of the module cannot be used as it is."""


class WrongPassphrase(UnableToOpenStore):
    """The sealed file does not open: another passphrase, or the file was altered."""


class JournalDamaged(UnableToOpenStore):
    """Durable records of the journal are no longer what was written; going on could mint a TID twice."""


class UnableToLoadKey(SecurityModuleError):
    """A key file is refused; the message names the field, never the key."""


class UnableToUseToken(SecurityModuleError):
    """The PKCS#11 token cannot be used."""


class UnableToListen(SecurityModuleError):
    """The socket or the port cannot be had, or a certificate cannot be read."""


class UnableToReachModule(SecurityModuleError):
    """No answer at the module's URL."""


class AnswerLost(UnableToReachModule):
    """The connection broke after a request went out: it may have been carried out.

    Args:
        message_id: what to fetch the result by.
    """

    def __init__(self, message_id: str) -> None:
        super().__init__(f"the answer to {message_id} was lost; fetch its result, do not send it again")
        self.message_id = message_id


class RequestRefused(SecurityModuleError):
    """The module refused a request.

    Attributes:
        code: what to act on, a key of `system.security_module.refusals.REASONS`.
        number: the field's own code, or None.
        es, en: the sentence in both languages.
    """

    def __init__(self, code: str, number: int | None, es: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.number = number
        self.es = es
        self.en = en
