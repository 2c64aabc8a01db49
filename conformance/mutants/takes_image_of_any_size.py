"""A meter that begins the transfer of an image of any size, of none as well."""

import dataclasses

from conformance.text import Text
from protocols.dlms.cosem.image import ImageTransferStatus
from sim.meter import DEFAULT_PARTS
from sim.meter.image import ImageRefusedError, ImageStore

CLAUSE = "dlms-yb/EXTRA_IMAGE"
DESCRIPTION = Text("inicia imágenes de cualquier tamaño", "begins images of any size")


class Boundless(ImageStore):
    """Says yes to what cannot be."""

    def initiate(self, identifier: bytes, size: int) -> None:
        """Begin, whatever it is."""
        try:
            super().initiate(identifier, size)
        except ImageRefusedError:
            self.status = ImageTransferStatus.INITIATED


PARTS = dataclasses.replace(DEFAULT_PARTS, image=Boundless)
