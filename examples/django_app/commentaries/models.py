"""A commentary as this site keeps it: nothing here knows doideposit."""

from django.db import models
from django.utils import timezone


class Commentary(models.Model):
    number = models.CharField(max_length=32, unique=True)
    title = models.CharField(max_length=500)
    published = models.DateField()
    text = models.TextField(blank=True)

    class Meta:
        ordering = ("-published", "-number")
        verbose_name_plural = "commentaries"

    def __str__(self) -> str:
        return f"{self.number}: {self.title}"

    @property
    def is_public(self) -> bool:
        """Whether readers can see it: this site shows a commentary from its date of publication on."""
        return self.published <= timezone.localdate()


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
