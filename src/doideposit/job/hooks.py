"""Tell hooks what happened to DOIs, in the order in which it happened; what fails is told again, and harms nothing.

Each hook has its own place in the events of the ledger, so a receiver that was away for a week misses none of them.
A message can come twice, after a crash: its `id` is the same then.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from doideposit.config.schema import HookSection
from doideposit.config.settings import Settings
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.entries import LedgerEvent
from doideposit.deposits.ledger.hooks import LEASE, HookProgress
from doideposit.errors import DoiDepositError, LedgerError
from doideposit.job.hook_messages import HookMessage
from doideposit.lifecycle import EventKind

__all__ = ["Hook"]

logger = logging.getLogger(__name__)

NAMES: Final = {
    EventKind.REGISTERED: "registered",
    EventKind.REGISTERED_WITH_WARNING: "registered",
    EventKind.FAILED: "failed",
    EventKind.MISSING: "failed",
    EventKind.REFUSED: "failed",
    EventKind.DRIFT: "drift",
}
FIRST_PAUSE: Final = timedelta(minutes=5)
LONGEST_PAUSE: Final = timedelta(hours=3)
# A message that is never taken would stop all later ones for ever; a receiver may be away for a week and more.
GIVE_UP: Final = timedelta(days=14)
# Age alone does not decide: the clock of this machine may have jumped ahead.
FEWEST_TRIES: Final = 10
# A slow receiver must not use up the pass: messages that are left go with the next one.
BUDGET: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Hook:
    """Describe one hook: after what it is called, and how. `call` raises `DoiDepositError` where that fails."""

    name: str
    on: frozenset[str]
    call: Callable[[HookMessage], None]

    @staticmethod
    def open_all(
        settings: Settings, *, environ: Mapping[str, str], clock: Callable[[], datetime]
    ) -> "tuple[Hook, ...]":
        """Return the hooks of the configuration, by name; a secret is fetched when its hook is called."""
        # A hook runs a foreign program, which must not get our passwords with the environment.
        hidden = {reference.env for reference, _, _ in settings.secrets()}
        variables = {name: value for name, value in environ.items() if name not in hidden}

        def call(name: str, section: HookSection, message: HookMessage) -> None:
            seconds = section.timeout.total_seconds()
            if section.command is not None:
                message.pass_to(section.command, timeout=seconds, environ=variables)
            elif section.url is not None and section.secret is not None:
                secret = section.secret.resolve(environ=environ, service="doideposit-hook", username=name)
                message.post(section.url, secret=secret, now=clock().timestamp(), timeout=seconds)

        return tuple(Hook(name, frozenset(hook.on), partial(call, name, hook)) for name, hook in settings.hooks.items())

    def deliver(
        self, depositor: Depositor, *, clock: Callable[[], datetime], stop: Callable[[], bool]
    ) -> HookProgress | None:
        """Call it for new events; return how far it has come, None before the first. Raises only `LedgerError`."""
        return self._deliver_new(depositor, clock, stop) or depositor.hooks.progress(self.name)

    def _deliver_new(
        self, depositor: Depositor, clock: Callable[[], datetime], stop: Callable[[], bool]
    ) -> HookProgress | None:
        """Call it for new events; return None if it is not due, or another process calls it."""
        if next(depositor.events(), None) is None or (now := depositor.hooks.lease(self.name)) is None:
            return None
        begun, due_at = clock(), clock()
        for message, taken in _messages(self, depositor, now):
            if message is None:
                now = taken
                continue
            if stop() or clock() - begun > BUDGET:
                break
            told = _call_hook(self, message, now, taken, clock())
            if told.reason:
                now, due_at = told, clock() + min(FIRST_PAUSE * 2 ** min(now.tries, 10), LONGEST_PAUSE)
                logger.warning("the hook %s failed: %s", self.name, told.reason)
                break
            now = told
            # Written after each message: a process that dies repeats one of them, and not a thousand.
            depositor.hooks.settle(self.name, now, clock() + LEASE)
        depositor.hooks.settle(self.name, now, due_at)
        return now


def _messages(hook: Hook, depositor: Depositor, now: HookProgress) -> Iterator[tuple[HookMessage | None, HookProgress]]:
    """Yield what the hook was not told yet, and how far it has come with each; None after the last of an event."""
    for event in depositor.events(now.event):
        name = NAMES.get(event.kind, "")
        dois = _dois_of(event, depositor) if name in hook.on else ()
        for number, doi in enumerate(dois[now.told :], now.told):
            for status in depositor.statuses(dois=[doi]):
                message = HookMessage(f"{event.target}-{event.id}-{number}", name, event.at, event.target, status)
                yield message, replace(now, told=number + 1, tries=0, failing_since=None, reason="")
        now = HookProgress(event.id)
        yield None, now


def _dois_of(event: LedgerEvent, depositor: Depositor) -> tuple[str, ...]:
    """Return the DOIs that an event is about; one about a file is about all that were in it, whatever came later."""
    return (event.doi,) if event.doi is not None else depositor.works.dois_in(event.submission or 0)


def _call_hook(
    hook: Hook, message: HookMessage, before: HookProgress, taken: HookProgress, at: datetime
) -> HookProgress:
    try:
        hook.call(message)
    except LedgerError:
        raise
    except DoiDepositError as error:
        since = before.failing_since or at
        if at - since < GIVE_UP or before.tries < FEWEST_TRIES:
            return replace(before, tries=before.tries + 1, failing_since=since, reason=error.message)
        logger.error("the hook %s failed on %s for two weeks: it is not sent again", hook.name, message.id)  # noqa: TRY400
    return taken
