from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0016_follow_ups"),
    ]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="watched_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="situação conferida em"),
        ),
        migrations.AddField(
            model_name="channel",
            name="deaf_since",
            field=models.DateTimeField(blank=True, null=True, verbose_name="sem retorno desde"),
        ),
        migrations.AddField(
            model_name="channel",
            name="templates_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="modelos lidos em"),
        ),
    ]
