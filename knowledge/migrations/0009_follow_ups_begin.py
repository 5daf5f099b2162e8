"""Two steps to begin with; the switch that lets them leave is off."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

STEPS = (
    (4, "Oi, {nome}! Ficou alguma dúvida? Sigo por aqui para ajudar."),
    (20, "Oi, {nome}! Quando quiser continuar, é só responder por aqui."),
)


def begin(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    rules = apps.get_model("knowledge", "FollowUpRule")
    for after_h, text in STEPS:
        rules.objects.get_or_create(temperature="morno", after_h=after_h, defaults={"text": text})


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0008_follow_ups")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
