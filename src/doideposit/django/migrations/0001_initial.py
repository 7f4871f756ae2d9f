"""Where DOIs stand, as `makemigrations` wrote it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Make the table of states."""

    initial = True

    dependencies = (("contenttypes", "0002_remove_content_type_name"),)

    operations = (
        migrations.CreateModel(
            name="DoiState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("target", models.CharField(max_length=32)),
                ("key", models.CharField(max_length=255)),
                ("doi", models.CharField(max_length=255, verbose_name="DOI")),
                ("object_id", models.CharField(max_length=64)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("url", models.URLField(blank=True, max_length=2000, verbose_name="landing page")),
                ("fingerprint", models.CharField(blank=True, max_length=64)),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("under-way", "under way"),
                            ("registered", "registered"),
                            ("changed", "registered, and changed since"),
                            ("attention", "needs attention"),
                        ],
                        default="under-way",
                        max_length=16,
                    ),
                ),
                ("registered", models.BooleanField(default=False)),
                ("message", models.TextField(blank=True)),
                ("next_action", models.TextField(blank=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "content_type",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="contenttypes.contenttype"),
                ),
            ],
            options={
                "verbose_name": "DOI",
                "verbose_name_plural": "DOIs",
                "indexes": [models.Index(fields=["content_type", "object_id"], name="doideposit_of_object")],
                "constraints": [models.UniqueConstraint(fields=("target", "key"), name="doideposit_one_doi")],
            },
        ),
    )
