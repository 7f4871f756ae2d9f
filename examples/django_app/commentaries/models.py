"""A commentary as this site keeps it, and how it becomes a record with a DOI."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from doideposit.django.models import DoiModel


class Commentary(DoiModel):
    number = models.CharField(max_length=32, unique=True)
    title = models.CharField(max_length=500)
    published = models.DateField()
    text = models.TextField(blank=True)

    class Meta:
        ordering = ("-published", "-number")
        verbose_name_plural = "commentaries"

    def __str__(self) -> str:
        return f"{self.number}: {self.title}"

    def doi_is_public(self) -> bool:
        """Tell whether readers see it: this site shows a commentary from its date of publication on."""
        return str(self.published) <= timezone.localdate().isoformat()

    def doi_record(self) -> dict[str, Any]:
        return {
            "series": "sadf-comment",
            "number": self.number,
            "title": self.title,
            "published": self.published,
            "authors": [author.record() for author in self.authors.all()],
            "url": f"{settings.SITE_ADDRESS}/comment-{self.number}/",
        }


class Author(models.Model):
    commentary = models.ForeignKey(Commentary, models.CASCADE, related_name="authors")
    given = models.CharField("given names", max_length=200, blank=True)
    family = models.CharField("family name", max_length=200)
    orcid = models.CharField("ORCID iD", max_length=40, blank=True)
    affiliation = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.given} {self.family}".strip()

    def record(self) -> dict[str, Any]:
        return {
            "given": self.given or None,
            "family": self.family,
            "orcid": self.orcid or None,
            "affiliations": [self.affiliation] if self.affiliation else [],
        }
