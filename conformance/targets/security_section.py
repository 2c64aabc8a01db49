"""Keys and titles of an association that ciphers.

Source: Green Book, 9.2.7; IEC 62056-6-2, Security setup
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from protocols.dlms.acse.names import MechanismName
from protocols.dlms.errors import DlmsError
from protocols.dlms.security import KeySet, SecuritySuite
from protocols.dlms.security.ecdsa import EcdsaSigner
from protocols.dlms.security.pem import signer_of

Key = Annotated[str, Field(pattern=r"^([0-9A-Fa-f]{32}|[0-9A-Fa-f]{64})$")]
SCALAR = r"^([0-9A-Fa-f]{64}|[0-9A-Fa-f]{96})$"
POINT = r"^([0-9A-Fa-f]{128}|[0-9A-Fa-f]{192})$"
Title = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{16}$")]

#: How a client proves itself by a challenge, as target files write it.
HLS_NAMES: dict[str, MechanismName] = {
    "hls-md5": MechanismName.HLS_MD5,
    "hls-sha1": MechanismName.HLS_SHA1,
    "hls-gmac": MechanismName.HLS_GMAC,
    "hls-sha256": MechanismName.HLS_SHA256,
    "hls-ecdsa": MechanismName.HLS_ECDSA,
}
HlsName = Literal["hls-md5", "hls-sha1", "hls-gmac", "hls-sha256", "hls-ecdsa"]


class SecuritySection(BaseModel):
    """What a client must know to cipher. Keep a file with real keys as one keeps a key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    suite: Literal[0, 1, 2] = 0
    client_system_title: Title
    server_system_title: Title | None = Field(None, description="absent: as the device says")
    encryption_key: Key = Field(repr=False, description="global unicast encryption key (GUEK)")
    authentication_key: Key = Field(repr=False, description="GAK")
    master_key: Key | None = Field(None, repr=False, description="KEK; without it no key is transferred")
    signing_key: str | None = Field(
        None, repr=False, pattern=SCALAR, description="own private signing key, suites 1 and 2"
    )
    signing_key_file: str | None = Field(None, description="the same as a PEM file without a password")
    server_signing_key: str | None = Field(
        None, pattern=POINT, description="public signing key of the device, x and y"
    )
    server_signing_key_file: str | None = Field(None, description="the same as a PEM file")
    sign_requests: bool = Field(False, description="every request of the bench goes signed")
    invocation_counter: str | None = Field(
        "0.0.43.1.0", description="object that the public client reads before it ciphers; null: not read"
    )
    first_counter: Annotated[int, Field(ge=0, lt=2**32)] = Field(
        1, description="where the bench begins when that object is not read"
    )

    @model_validator(mode="after")
    def _alike(self) -> "SecuritySection":
        keys = self.keys()
        if len(keys.guek) != self.security_suite.key_octets:
            raise ValueError(f"the keys of suite {self.suite} have {self.security_suite.key_octets} octets")
        try:
            signer = self.signer()
        except DlmsError as error:
            raise ValueError(str(error)) from error
        if self.sign_requests and signer is None:
            raise ValueError("sign_requests needs signing_key and server_signing_key")
        return self

    def signer(self) -> EcdsaSigner | None:
        """Own signing key and the device's public one; None where the section names none.

        Raises:
            DlmsError: a key is not of the suite.
            ValueError: only one of them is given, or a file cannot be read.
        """
        return signer_of(
            self.security_suite,
            _text(self.signing_key, self.signing_key_file),
            _text(self.server_signing_key, self.server_signing_key_file),
        )

    def keys(self) -> KeySet:
        """The keys.

        Raises:
            DlmsValueError: they have different lengths.
        """
        master = None if self.master_key is None else bytes.fromhex(self.master_key)
        return KeySet(bytes.fromhex(self.encryption_key), bytes.fromhex(self.authentication_key), kek=master)

    @property
    def security_suite(self) -> SecuritySuite:
        """The suite."""
        return SecuritySuite(self.suite)


def _text(text: str | None, file: str | None) -> str | None:
    """A key as it stands in the section, or in the file that it names."""
    if text is not None and file is not None:
        raise ValueError("give a signing key or its file, not both")
    if file is None:
        return text
    try:
        return Path(file).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot read the key file {file}") from error
