from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0017_channel_watch"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlannedFollowUp",
            fields=[],
            options={
                "verbose_name": "retomada planejada",
                "verbose_name_plural": "retomadas planejadas",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("conversations.conversation",),
        ),
    ]
