"""Security of DLMS: protected APDUs, counters, keys, high level security.

::

    suites.py     SecuritySuite, SecurityControl, KeySet, KeyId; policies; keys wrapped for their transfer
    gcm.py        Cipher: AES-GCM with the 12-octet tag of DLMS
    counters.py   SendCounter, ReceiveCounter
    forms.py      glo-, ded- and general- APDUs: tags and lengths
    hls.py        Hls; the proofs of passes 3 and 4
    client.py     ClientSecurity, ClientProtection
    device.py     DeviceSecurity: what a logical device keeps
    server.py     ServerProtection: one association of a server
    ecdsa.py      KeyPair, EcdsaSigner: signatures of suites 1 and 2; keys as text and PEM
    agreement.py  key agreement of suites 1 and 2
    general.py    general-ciphering and general-signing; GeneralSigner: the signatures of one side
    certificates.py   the certificates of a device
"""

from protocols.dlms.security.client import ClientProtection, ClientSecurity
from protocols.dlms.security.counters import ReceiveCounter, SendCounter
from protocols.dlms.security.device import DeviceSecurity
from protocols.dlms.security.forms import PROTECTED_TAGS, Form
from protocols.dlms.security.gcm import Cipher
from protocols.dlms.security.hls import Hls
from protocols.dlms.security.server import ServerProtection
from protocols.dlms.security.suites import KeyId, KeySet, SecurityControl, SecuritySuite, unwrap_key, wrap_key

__all__ = [
    "PROTECTED_TAGS",
    "Cipher",
    "ClientProtection",
    "ClientSecurity",
    "DeviceSecurity",
    "Form",
    "Hls",
    "KeyId",
    "KeySet",
    "ReceiveCounter",
    "SecurityControl",
    "SecuritySuite",
    "SendCounter",
    "ServerProtection",
    "unwrap_key",
    "wrap_key",
]
