from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Apart from the one before, which holds a lock while it adds them."""

    dependencies = [("leads", "0008_subject_rights")]

    operations = [
        ValidateConstraint(model_name="subjectrequest", name="subject_request_kind_known"),
        ValidateConstraint(model_name="subjectrequest", name="subject_request_proof_told"),
    ]
