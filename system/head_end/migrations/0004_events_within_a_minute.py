from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("head_end", "0003_facts_stay")]

    operations = [
        migrations.AlterField(
            model_name="channel",
            name="poll_s",
            field=models.PositiveIntegerField(default=45, verbose_name="consulta cada (s)"),
        )
    ]
