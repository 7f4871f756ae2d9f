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
        "No such publisher",
        "A series names a publisher that has no section of its own, so that nobody could say who deposits it.",
        "write the name as it stands in [publishers.NAME], or add that section",
    ),
    _setting(
        "no-mail-server",
        "Recipients without a mail server",
        "A publisher has recipients of its own, and there is no section [mail] by which mails could be sent.",
        "add [mail] with host, sender and to",
    ),
    _plan(
        "plan-no-publisher",
        "A DOI of no publisher",
        "Every publisher of the configuration has a name, and a DOI of the file fits none of their series.",
        "describe its series, with its title and prefix, and the publisher_account that deposits it",
    ),
    _plan(
        "plan-two-publishers",
        "Two publishers in one file",
        "One file has one depositor and is sent with one login, and its DOIs belong to several publishers.",
        "make a file for each of them",
    ),
    _plan(
        "plan-file-changed",
        "A file changed since the plan",
        "A plan is applied as it was read and approved, or not at all; the message says what the file would do now.",
        "make the plan anew with `doideposit plan`, and have it approved again where that is demanded",
    ),
    _plan(
        "plan-configuration-changed",
        "The configuration changed since the plan",
        "Depositor, series, target or fee are not those that the plan was made with.",
        "make the plan anew with `doideposit plan`, and have it approved again where that is demanded",
    ),
    _plan(
        "plan-registered-changed",
        "What is registered changed since the plan",
        "Another tool, or another run, changed what Crossref has: the update would do something that nobody read.",
        "make the plan anew with `doideposit plan`, and have it approved again where that is demanded",
    ),
    _error(
        "other-publisher",
        "A token of another publisher",
        "Where an installation serves several publishers, a token of the API reaches the series of its own alone.",
        "use the token of the publisher that the series belongs to",
    ),
    _error(
        "plan-unusable",
        "A plan file that cannot be used",
        "It is not as doideposit wrote it, or says something else than what it would send. Nothing of it was sent.",
        "make the plan anew with `doideposit plan`",
    ),
    _error(
        "approval-missing",
        "Another person has to approve first",
        "The configuration demands that a second person approves what goes to Crossref.",
        "make a plan with `doideposit plan`, let another person run `doideposit approve`, then run `doideposit apply`",
    ),
)
