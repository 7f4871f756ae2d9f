"""Keep beside each object of a site where its DOI stands, so that lists need neither network nor ledger."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _

import doideposit
from doideposit.django.opening import current_target

__all__ = ["DoiModel", "DoiStanding", "DoiState"]


class DoiStanding(models.TextChoices):
    """Say in one word where a DOI stands."""

    UNDER_WAY = "under-way", _("under way")
    REGISTERED = "registered", _("registered")
    CHANGED = "changed", _("registered, and changed since")
    ATTENTION = "attention", _("needs attention")


class DoiState(models.Model):
    """Remember which object a DOI belongs to, and what the ledger said of it last.

    The ledger decides; this is a copy for lists and filters, brought up to date by `manage.py follow_dois`. It outlives
    its object, since a DOI does.
    """

    target: "models.CharField[str, str]" = models.CharField(max_length=32)
    # The DOI in one case (`Doi.key`), since 10.5555/ABC and 10.5555/abc are one DOI; every database indexes 255.
    key: "models.CharField[str, str]" = models.CharField(max_length=255)
    doi: "models.CharField[str, str]" = models.CharField("DOI", max_length=255)
    content_type: "models.ForeignKey[ContentType, ContentType]" = models.ForeignKey(ContentType, models.CASCADE)
    content_type_id: int
    object_id: "models.CharField[str, str]" = models.CharField(max_length=64)
    name: "models.CharField[str, str]" = models.CharField(max_length=200, blank=True)
    url: "models.URLField[str, str]" = models.URLField("landing page", max_length=2000, blank=True)
    fingerprint: "models.CharField[str, str]" = models.CharField(max_length=64, blank=True)
    standing: "models.CharField[str, str]" = models.CharField(
        max_length=16, choices=DoiStanding.choices, default=DoiStanding.UNDER_WAY
    )
    registered: "models.BooleanField[bool, bool]" = models.BooleanField(default=False)
    message: "models.TextField[str, str]" = models.TextField(blank=True)
    next_action: "models.TextField[str, str]" = models.TextField(blank=True)
    updated_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(auto_now=True)

    class Meta:
        """Hold that a DOI belongs to one object on each target, and find the DOI of an object quickly."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["target", "key"], name="doideposit_one_doi")]
        indexes: ClassVar = [models.Index(fields=["content_type", "object_id"], name="doideposit_of_object")]
        verbose_name = "DOI"
        verbose_name_plural = "DOIs"

    def __str__(self) -> str:
        return f"{self.doi}: {self.words}"

    @property
    def words(self) -> str:
        """Return the state of the DOI, in the language of the site."""
        return str(DoiStanding(self.standing).label)

    @property
    def address(self) -> str:
        """Return the DOI as a link where it exists for readers, which is only in production; else nothing."""
        return doideposit.Doi(self.doi).url if self.registered and self.target == "production" else ""


class DoiModel(models.Model):
    """Make a model one whose objects can get a DOI: say how an object becomes a record, and whether readers see it.

    `doi_record` and `doi_is_public` are the model's to write. Django's models cannot be abstract classes of Python, so
    that a system check names the missing one when the site starts.
    """

    class Meta:
        """Add no table of its own."""

        abstract = True

    def doi_record(self) -> Mapping[str, Any]:
        """Return the record of this object, as `Depositor.deposit` takes it; empty values count as left out."""
        raise NotImplementedError

    def doi_is_public(self) -> bool:
        """Tell whether readers can open its page: a DOI cannot be deleted, so nothing else gets one."""
        raise NotImplementedError

    @staticmethod
    def read_states(objects: "Iterable[DoiModel]") -> None:
        """Read the states of the DOIs of these objects of one model with one query."""
        listed = list(objects)
        if not listed:
            return
        kind = ContentType.objects.get_for_model(listed[0])
        found = DoiState.objects.filter(
            target=current_target(), content_type=kind, object_id__in=[str(instance.pk) for instance in listed]
        ).order_by("pk")
        # Where the number of an object was changed it has two DOIs; the newer one is its own.
        states = {state.object_id: state for state in found}
        for doi_instance in listed:
            doi_instance.__dict__["_doi_state"] = states.get(str(doi_instance.pk))

    @property
    def doi_state(self) -> DoiState | None:
        """Return the state of its DOI, or None before it was sent; read once for each object."""
        if "_doi_state" not in self.__dict__:
            self.read_states([self])
        found: DoiState | None = self.__dict__["_doi_state"]
        return found
