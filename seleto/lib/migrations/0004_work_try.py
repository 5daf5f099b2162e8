from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lib", "0003_alert_notices"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkTry",
            fields=[
                ("key", models.CharField(max_length=160, primary_key=True, serialize=False)),
                ("tries", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "tentativa sem fim",
                "verbose_name_plural": "tentativas sem fim",
            },
        ),
    ]
