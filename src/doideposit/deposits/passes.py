"""One pass over what is under way: ask, then send; a file that the ledger no longer holds whole stops no other one."""

from collections.abc import Mapping
from typing import NamedTuple

from doideposit.deposits.context import DepositContext, OnEvent
from doideposit.deposits.polling import Poller
from doideposit.deposits.uploading import Uploader
from doideposit.errors import LedgerDamaged, WorldError

__all__ = ["DepositPass", "run_pass"]


class DepositPass(NamedTuple):
    """Tell what a pass touched, asked about and sent, and what went wrong outside."""

    keys: list[int]
    looked: int
    sent: int
    error: WorldError | None


def run_pass(context: DepositContext, watch: OnEvent, *, force: bool = False, doubts_only: bool = False) -> DepositPass:
    """Ask, and send unless Crossref is away. A file that the ledger holds no longer whole stops no other one."""
    done: list[tuple[Poller, Uploader]] = []

    def once(besides: frozenset[int]) -> None:
        poller = Poller(context, on_event=watch, force=force, doubts_only=doubts_only, besides=besides)
        uploader = Uploader(context, on_event=watch, besides=besides, refused=poller.refused)
        done.append((poller, uploader))
        poller.run()
        if poller.may_send:
            uploader.run()

    harm: LedgerDamaged | None = None
    try:
        once(frozenset())
    except LedgerDamaged:
        harmed = context.ledger.works.harmed()
        if not harmed:
            raise
        once(frozenset(harmed))
        harm = _named(harmed)
    refused = [error for poller, _ in done for error in poller.refused.values()]
    if refused:
        # A publisher whose login was refused; the files of the others are done by now.
        raise refused[0]
    keys = [key for poller, uploader in done for key in (*poller.changed, *uploader.attempted)]
    errors = [error for poller, uploader in done for error in (poller.error, uploader.error) if error]
    return DepositPass(
        list(dict.fromkeys(keys)),
        sum(len(poller.asked) for poller, _ in done),
        sum(uploader.received for _, uploader in done),
        next(iter(errors), harm),
    )


def _named(harmed: Mapping[int, tuple[str, ...]]) -> LedgerDamaged:
    """Make the error that names the DOIs of files that the ledger no longer holds whole."""
    dois = [doi for names in harmed.values() for doi in names]
    few = ", ".join(dois[:FEW]) + (f" and {len(dois) - FEW:,} more" if len(dois) > FEW else "")
    one = dois[0] if dois else "DOI"
    return LedgerDamaged(
        f"the ledger no longer holds the deposit of {few or 'a DOI that cannot be read'} as it was recorded: nothing "
        "of it was sent or asked about",
        hint=f"restore a backup with `doideposit ledger restore FILE`, or give it up with `doideposit abandon {one} "
        '--reason "damaged"` and deposit its record again; `doideposit ledger check` shows what is wrong',
    )


FEW = 5
