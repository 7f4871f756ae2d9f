"""The pages for staff over a ledger with one of every kind of trouble."""

from pathlib import Path
from typing import Any

from depositing import Desk
from desk import FAST
from doideposit.cli.init import PRESETS
from doideposit.web.desk.access import DeskAccount, DeskAccounts, DeskRole
from doideposit.web.desk.application import staff_pages
from doideposit.web.desk.gate import Gate
from doideposit.web.serving import Application
from doideposit.wiring import load_settings, open_checker
from mixed_ledger import NOW, mixed_desk

__all__ = ["mixed_pages"]


def _nothing_read(_content: bytes, _name: str) -> Any:
    raise AssertionError("no document is read here")


def mixed_pages(folder: Path) -> tuple[Desk, Application, str]:
    """Return what stands for everything that runs elsewhere, the pages, and the path that opens them once."""
    desk = mixed_desk(folder)
    path = folder / "doideposit.toml"
    path.write_text(PRESETS["sadf-comment"].configuration_text() + FAST, "utf-8")
    settings = load_settings(path)
    accounts = DeskAccounts({})
    pages = staff_pages(
        settings,
        lambda _target: desk.depositor,
        Gate(accounts, local=DeskAccount("ada", frozenset(DeskRole))),
        clock=lambda: NOW,
        read_document=_nothing_read,
        open_checker=lambda: open_checker(settings),
    )
    return desk, pages, f"/enter/{accounts.one_time_token()}"
