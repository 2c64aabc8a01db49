"""Keys of head-ends elsewhere may be typed, and lie here sealed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0001_choices_hand_overs_messages"),
    ]

    operations = [
        migrations.AddField(
            model_name="remoteheadend",
            name="sealed_key",
            field=models.BinaryField(default=bytes),
        ),
        migrations.AlterField(
            model_name="remoteheadend",
            name="key_name",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="nombre de la llave"),
        ),
    ]
