"""Devices, their identifiers, the installations where they hang, and the STS keys of meters."""

from django.db import models

from protocols.sts.identity import KEN_RANGE, KRN_RANGE, TI_RANGE, BaseDate
from system.accounts.scoping import ProviderOwned
from system.registry.models.base import Dated, dated_constraints


class DeviceKind(models.TextChoices):
    """Kind of a device."""

    METER = "meter", "Medidor"
    CIU = "ciu", "Unidad de usuario (CIU)"
    CONCENTRATOR = "concentrator", "Concentrador"
    TOTALISER = "totaliser", "Totalizador"
    SSFVI = "ssfvi", "Sistema solar individual"


class IdentifierKind(models.TextChoices):
    """Kind of an identifier, which can change."""

    DRN = "drn", "DRN (número del medidor)"
    LDN = "ldn", "Nombre lógico DLMS"
    EUI48 = "eui48", "EUI-48"
    SYSTEM_TITLE = "system_title", "Título de sistema DLMS"


class Device(ProviderOwned):
    """A thing with a type plate. Its serial number is unique for each maker."""

    kind = models.CharField("tipo", max_length=20, choices=DeviceKind.choices)
    maker = models.CharField("fabricante", max_length=50)
    model = models.CharField("modelo", max_length=50, blank=True, default="")
    serial = models.CharField("serie", max_length=40)

    class Meta:
        """One serial number for each maker."""

        db_table = "registry_device"
        ordering = ["serial"]
        verbose_name = "dispositivo"
        constraints = [models.UniqueConstraint(fields=["maker", "serial"], name="registry_device_serial")]

    def __str__(self) -> str:
        """Its serial number."""
        return self.serial


class DeviceIdentifier(Dated):
    """An identifier of a device, for a time. Two devices never bear the same one at once."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField("clase", max_length=20, choices=IdentifierKind.choices)
    value = models.CharField("valor", max_length=40)

    class Meta:
        """Unique while it holds."""

        db_table = "registry_device_identifier"
        indexes = [models.Index(fields=["kind", "value"], name="registry_identifier_value")]
        constraints = [
            *dated_constraints("registry_device_identifier", "kind", "value"),
            models.UniqueConstraint(
                fields=["device", "kind"],
                condition=models.Q(valid_to__isnull=True),
                name="registry_device_identifier_one_each",
            ),
        ]


class DeviceInstallation(Dated):
    """Installation of a device at a point of supply, for a time: a meter swap is two rows."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="installations")
    installation = models.ForeignKey(
        "registry.Installation", on_delete=models.PROTECT, related_name="devices"
    )
    role = models.CharField("función", max_length=20, choices=DeviceKind.choices)

    class Meta:
        """A device is at one place; a place has one of each."""

        db_table = "registry_device_installation"
        constraints = [
            *dated_constraints("registry_device_installation", "device"),
            models.UniqueConstraint(
                fields=["installation", "role"],
                condition=models.Q(valid_to__isnull=True),
                name="registry_device_installation_one_each",
            ),
        ]


#: Whole-number fields of `MeterKeying` -> lowest and highest value, for forms, schemas and imports.
KEYING_RANGES = {"krn": KRN_RANGE, "ti": TI_RANGE, "ken": KEN_RANGE}
#: Further fields of `MeterKeying` -> value and label, the usual one first.
KEYING_CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "ea": (("11", "11 · MISTY1"), ("07", "07 · STA")),
    "dkga": (("04", "04"), ("02", "02")),
    "tct": (("02", "02 · teclado"), ("01", "01 · tarjeta")),
}
BASE_DATES = (BaseDate.Y2014, BaseDate.Y1993, BaseDate.Y2035)


class MeterKeying(Dated):
    """The STS parameters of a meter, for a time: the security module needs them to mint for it.

    Args:
        sgc: supply group code, six digits.
        krn: key revision number, 1 to 9.
        ti: tariff index, 0 to 99.
        ken: key expiry number, 0 to 255.
        ea: encryption algorithm, ``07`` or ``11``.
        dkga: key generation algorithm, ``02`` or ``04``.
        tct: token carrier type.
        base_date: year of the TID base date.
        key_type: 2 DUTK and the like (IEC 62055-41).
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="keyings")
    sgc = models.CharField("SGC", max_length=6)
    krn = models.PositiveSmallIntegerField("KRN", default=1)
    ti = models.PositiveSmallIntegerField("TI", default=1)
    ken = models.PositiveSmallIntegerField("KEN", default=255)
    ea = models.CharField("EA", max_length=2, default="11")
    dkga = models.CharField("DKGA", max_length=2, default="04")
    tct = models.CharField("TCT", max_length=2, default="02")
    base_date = models.PositiveSmallIntegerField("fecha base", default=2014)
    key_type = models.PositiveSmallIntegerField("KT", default=2)

    class Meta:
        """One keying at a time; in range."""

        db_table = "registry_meter_keying"
        constraints = [
            *dated_constraints("registry_meter_keying", "device"),
            models.CheckConstraint(condition=models.Q(krn__range=KRN_RANGE), name="registry_keying_krn"),
            models.CheckConstraint(condition=models.Q(ti__lte=TI_RANGE[1]), name="registry_keying_ti"),
            models.CheckConstraint(condition=models.Q(ken__lte=KEN_RANGE[1]), name="registry_keying_ken"),
            models.CheckConstraint(condition=models.Q(ea__in=["07", "11"]), name="registry_keying_ea"),
            models.CheckConstraint(
                condition=models.Q(base_date__in=sorted(map(int, BaseDate))), name="registry_keying_base_date"
            ),
        ]
