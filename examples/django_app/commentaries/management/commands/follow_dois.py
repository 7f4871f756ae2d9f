"""One pass: send what is recorded, and ask Crossref about everything that is due."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from commentaries.deposits import depositor


class Command(BaseCommand):
    help = "Send what is recorded, and ask Crossref about everything that is due. From cron, every few minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="Ask about everything, due or not.")

    def handle(self, *_: str, **options: Any) -> None:
        report = depositor().poll(force=options["all"])
        for status in report.changed:
            self.stdout.write(f"{status.doi}: {status.outcome or status.state}. {status.next_action}")
        if report.trouble:
            self.stderr.write(f"{report.trouble.message}. {report.trouble.hint}")
