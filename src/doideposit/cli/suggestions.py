"""What pressing Tab suggests for an argument: DOIs of the ledger, codes of findings, series of the configuration."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from doideposit.config.settings import Settings

__all__ = ["MOST", "known_codes", "known_dois", "known_series"]


MOST = 200


def known_dois(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the DOIs of the ledger that begin so; none where there is no ledger yet, and never an error."""
    try:
        return _beginning(_dois(_settings(ctx), incomplete), incomplete)
    except Exception:  # noqa: BLE001
        return []  # Whatever is wrong, pressing Tab is not the moment to say so.


def _dois(settings: "Settings", beginning: str) -> Iterable[str]:
    """Return them from a file that is there: a server may be far away, and pressing Tab upgrades nothing."""
    from doideposit.deposits.ledger.inspection import look
    from doideposit.wiring import open_ledger, system_clock

    if not settings.ledger_url.startswith("sqlite") or not look(settings.ledger_url).is_current:
        return []
    with open_ledger(settings) as ledger:
        return [str(doi) for doi in ledger.on(settings.target, system_clock).works.dois_from(beginning, MOST)]


def known_codes(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the codes of findings that begin so."""
    from doideposit.checks.catalogue.entries import CATALOGUE

    return [code for code in CATALOGUE if code.startswith(incomplete)]


def known_series(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the series of the configuration that begin so."""
    try:
        return _beginning(_settings(ctx).series, incomplete)
    except Exception:  # noqa: BLE001
        return []  # As above.


def _settings(ctx: click.Context) -> "Settings":
    from doideposit.wiring import load_settings

    path: Path | None = ctx.find_root().params.get("config_path")
    return load_settings(path, target=ctx.params.get("target"))


def _beginning(texts: Iterable[str], incomplete: str) -> list[str]:
    return [text for text in texts if text.lower().startswith(incomplete.lower())]
