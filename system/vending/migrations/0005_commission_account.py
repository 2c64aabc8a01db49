from django.db import migrations, models

_KINDS = [
    ("d.merchant", "Por cobrar al punto de venta"),
    ("d.bank", "Bancos"),
    ("d.obligation", "Por cobrar al suscriptor"),
    ("d.bill", "Facturas por cobrar"),
    ("d.subsidy", "Subsidio por cobrar a la Nación"),
    ("d.grants", "Energía entregada sin cobro"),
    ("d.commission", "Comisiones de redes"),
    ("c.energy", "Venta de energía"),
    ("c.residue", "Saldo a favor del suscriptor"),
    ("c.levy", "Recaudo para terceros"),
    ("c.contribution", "Contribución por pagar"),
    ("c.credit", "Cartera otorgada"),
]


class Migration(migrations.Migration):
    dependencies = [("vending", "0004_bills_stay")]

    operations = [
        migrations.AlterField(
            model_name="ledgeraccount",
            name="kind",
            field=models.CharField(choices=_KINDS, max_length=20),
        ),
    ]
