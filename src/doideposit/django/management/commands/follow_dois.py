"""`manage.py follow_dois`: one pass, from cron or a job runner every few minutes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

import doideposit
from doideposit.django.deposits import refresh
from doideposit.django.opening import depositor


class Command(BaseCommand):
    """Ask Crossref once what became of what was sent, send what waits, and bring the lists up to date."""

    help = "Ask Crossref once for the results of deposits, send what waits, and update the lists; never sleeps."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--all", action="store_true", help="ask about everything now, even if it is not due yet")
        text = "ask nothing: a scheduled `doideposit run` with the same configuration does that"
        parser.add_argument("--no-poll", action="store_true", help=text)

    def handle(self, **options: Any) -> None:
        """Make the pass; raises `CommandError` if Crossref, a database or the configuration fails."""
        trouble = None
        try:
            if not options["no_poll"]:
                trouble = depositor().poll(force=options["all"]).error
            done = refresh()
        except doideposit.DoiDepositError as error:
            raise CommandError(f"{error.message}: {error.hint}") from None
        except DatabaseError as error:
            hint = "check the permissions of its user, and its disk; nothing is lost, and the next run continues"
            raise CommandError(
                f"the database of this site could not be written ({error}): {hint}", returncode=3
            ) from None
        new, people = len(done.registered), len(done.attention)
        self.stdout.write(f"{done.looked} DOIs, {new} newly registered, {people} newly in need of a person")
        for state in done.attention:
            self.stdout.write(f"{state.name} ({state.doi}): {state.message}; {state.next_action}")
        if trouble is not None:
            raise CommandError(f"{trouble.message}: {trouble.hint}", returncode=3)
