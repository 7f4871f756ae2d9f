"""Commentaries and their authors, as `makemigrations` wrote it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = ()

    operations = (
        migrations.CreateModel(
            name="Commentary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=32, unique=True)),
                ("title", models.CharField(max_length=500)),
                ("published", models.DateField()),
                ("text", models.TextField(blank=True)),
            ],
            options={
                "verbose_name_plural": "commentaries",
                "ordering": ("-published", "-number"),
            },
        ),
        migrations.CreateModel(
            name="Author",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("given", models.CharField(blank=True, max_length=200, verbose_name="given names")),
                ("family", models.CharField(max_length=200, verbose_name="family name")),
                ("orcid", models.CharField(blank=True, max_length=40, verbose_name="ORCID iD")),
                ("affiliation", models.CharField(blank=True, max_length=255)),
                (
                    "commentary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="authors",
                        to="commentaries.commentary",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
    )
