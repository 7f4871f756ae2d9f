"""Codes of plan files, of their approval, and of several publishers in one installation."""

from typing import Final

from doideposit.explanation import CodeOrigin, Explanation

__all__ = ["APPROVAL"]

_plan = CodeOrigin.PLANNING.writer()
_setting = CodeOrigin.CONFIGURATION.writer()
_error = CodeOrigin.ERROR.writer()

APPROVAL: Final[tuple[Explanation, ...]] = (
    _setting(
        "unknown-publisher",
        "A series names a publisher that is not configured",
        "Without the section [publishers.NAME] nobody knows with which login the series is deposited.",
        "correct `publisher_account` of the series, or add the section [publishers.NAME]",
    ),
    _setting(
        "no-mail-server",
        "Mail recipients are given, but no mail server",
        "A publisher has its own recipients, and without a section [mail] nothing can be sent to them.",
        "add [mail] with `host`, `sender` and `to`",
    ),
    _plan(
        "plan-no-publisher",
        "A DOI belongs to no configured publisher",
        "Several publishers are configured, and this DOI fits the series of none of them, so that no login can be "
        "chosen.",
        "add its series with title, prefix and `publisher_account` to doideposit.toml",
    ),
    _plan(
        "plan-two-publishers",
        "One file has DOIs of two publishers",
        "A file is sent with one login, and each publisher has its own.",
        "make one file for each publisher",
    ),
    _plan(
        "plan-file-changed",
        "A record file changed after the plan was made",
        "A plan is applied exactly as it was approved, or not at all.",
        "make a new plan with `doideposit plan`, and have it approved again if approval is required",
    ),
    _plan(
        "plan-configuration-changed",
        "The configuration changed after the plan was made",
        "Depositor, series, target or fee are different now from those that were approved.",
        "make a new plan with `doideposit plan`, and have it approved again if approval is required",
    ),
    _plan(
        "plan-registered-changed",
        "The record at Crossref changed after the plan was made",
        "Another tool or another run changed it, so the update would have effects that nobody has seen.",
        "make a new plan with `doideposit plan`, and have it approved again if approval is required",
    ),
    _error(
        "other-publisher",
        "The token belongs to another publisher",
        "If several publishers are configured, a token of the API can use only the series of its own publisher.",
        "use the token of the publisher that the series belongs to",
    ),
    _error(
        "plan-unusable",
        "The plan file cannot be used",
        "It was edited, is incomplete, or does not fit what it would send. Nothing was sent.",
        "make a new plan with `doideposit plan`",
    ),
    _error(
        "approval-missing",
        "The plan needs the approval of a second person",
        "The configuration requires it for every deposit.",
        "make a plan with `doideposit plan`, let another person run `doideposit approve`, then run `doideposit apply`",
    ),
)
