"""`manage.py register_dois app.Model`: the DOIs of everything that is public and has none, or has changed."""

from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

import doideposit
from doideposit.django.deposits import record_of, register
from doideposit.django.models import DoiModel
from doideposit.django.opening import depositor


class Command(BaseCommand):
    """Register the DOIs of all public objects of a model."""

    help = "Register the DOIs of all public objects of a model; unchanged objects are not sent again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the arguments."""
        parser.add_argument("model", help="the model, such as commentaries.Commentary")
        parser.add_argument("--dry-run", action="store_true", help="only show what would be sent, and what is wrong")

    def handle(self, **options: Any) -> None:
        """Register them; raises `CommandError` where one is refused, after all others were taken."""
        try:
            model = apps.get_model(options["model"])
        except (LookupError, ValueError) as error:
            raise CommandError(f"{options['model']} is not a model of this site: {error}") from None
        if not issubclass(model, DoiModel):
            raise CommandError(
                f"{options['model']} is not a DoiModel: let it inherit from doideposit.django.models.DoiModel"
            )
        public = [instance for instance in model._default_manager.all() if instance.doi_is_public()]
        try:
            refused = self._show_plan(public) if options["dry_run"] else self._register_all(public)
        except doideposit.DoiDepositError as error:
            raise CommandError(f"{error.message}: {error.hint}") from None
        if refused:
            raise CommandError(f"{refused} of {len(public)} cannot be registered as they are")

    def _show_plan(self, public: list[DoiModel]) -> int:
        plan = depositor().plan(*(record_of(instance) for instance in public))
        blocked = 0
        for instance, entry in zip(public, plan.entries, strict=True):
            self.stdout.write(f"{instance}: {entry.action.value}")
            blocked += entry.action is doideposit.Action.BLOCKED
            for finding in entry.findings:
                if finding.stops:
                    self.stderr.write(f"  {finding.message}: {finding.hint}")
        return blocked

    def _register_all(self, public: list[DoiModel]) -> int:
        done = register(public)
        self.stdout.write(f"{len(done.accepted)} on their way, {len(done.unchanged)} unchanged")
        for instance, sentence in done.refused:
            self.stderr.write(f"{instance}: {sentence}")
        for instance, sentence in done.remarks:
            self.stderr.write(f"{instance}: {sentence}")
        if done.error is not None:
            self.stderr.write(f"{done.error.message}. Nothing is lost: it is sent later automatically.")
        if done.unkept:
            hint = "nothing is lost: check the database, and run this again"
            raise CommandError(f"the database of this site could not be written ({done.unkept}): {hint}", returncode=3)
        return len({instance.pk for instance, _ in done.refused})
