"""Who approved a plan: kept in the ledger under the hash of the plan, so that an edited plan has no approval."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from doideposit.deposits.context import DepositContext
from doideposit.deposits.limits import PRODUCTION
from doideposit.errors import ApprovalMissing, UsageError
from doideposit.lifecycle import EventKind

if TYPE_CHECKING:
    # Rules of approval are looked at by every deposit, and few deposits have a plan file with its large models.
    from doideposit.deposits.plans.document import PlanFile

__all__ = ["ApprovalRules"]

# Names of people and their addresses are shorter; a longer text is something else.
LONGEST_NAME: Final = 200
# Characters; a signature with the longest keys of SSH has about 3,000.
LONGEST_SIGNATURE: Final = 20_000


@dataclass(frozen=True, slots=True)
class ApprovalRules:
    """Say how many other people must approve what goes to production, and whether they have to sign.

    `signer` returns who made a signature of a statement, and raises `UsageError` if nobody who may has signed; with
    None nobody signs.
    """

    needed: int = 0
    signer: Callable[[str, str], str] | None = None

    def apply_to(self, target: str) -> bool:
        """Tell whether approvals are required for deposits to the target."""
        return self.needed > 0 and target == PRODUCTION

    @staticmethod
    def clean_name(name: str) -> str:
        """Return a person's name on one line; raise `UsageError` if it is empty."""
        text = " ".join(unicodedata.normalize("NFKC", name).split())
        if not text or len(text) > LONGEST_NAME or not text.isprintable():
            raise UsageError("a name is needed, of at most 200 characters", hint='say who you are: --by "Your Name"')
        return text

    def require(self, target: str) -> None:
        """Raise `ApprovalMissing` where nothing may be sent without a plan that others approved."""
        if self.apply_to(target):
            raise ApprovalMissing("this installation sends only plans that another person has approved")

    def approve(self, context: DepositContext, file: "PlanFile", *, by: str, signature: str) -> str:
        """Record an approval, with the events of every DOI of the plan; return the name it is recorded under.

        Raises `UsageError` for the person who made the plan, and for a signature that does not hold.
        """
        name = ApprovalRules.clean_name(by)
        if signature:
            name = _require_signature(self, file, name, signature)
        elif self.signer is not None:
            raise UsageError(
                "approvals must be signed here",
                hint="add --sign and your SSH key, such as --sign ~/.ssh/id_ed25519",
            )
        if _is_same_name(name, file.plan.made_by):
            message = f"{name} made this plan, and cannot approve it"
            raise UsageError(message, hint="another person has to look at it, and run the same command")
        if any(_is_same_name(name, approver) for approver in self.approvers(context, file)):
            return name
        detail = {"plan": file.sha256, "by": name, **({"signature": signature} if signature else {})}
        context.ledger.works.note(EventKind.APPROVED, file.dois, detail)
        return name

    def approvers(self, context: DepositContext, file: "PlanFile") -> tuple[str, ...]:
        """Return who approved the plan: each once, never who made it; where signatures count, those that hold now."""
        found: dict[str, str] = {}
        for detail in _plan_events(context, EventKind.APPROVED, file):
            name = detail.get("by", "")
            if not _is_same_name(name, file.plan.made_by) and _is_valid_approval(
                self, file, name, detail.get("signature", "")
            ):
                found.setdefault(_fold_name(name), name)
        return tuple(found.values())

    @staticmethod
    def record_application(context: DepositContext, file: "PlanFile", *, by: str, approved_by: Sequence[str]) -> None:
        """Record once that the plan is applied, before its content is recorded."""
        if _was_applied(context, file):
            return
        detail = {"plan": file.sha256, "by": ApprovalRules.clean_name(by), "made_by": file.plan.made_by}
        detail |= {"approved_by": ", ".join(approved_by)} if approved_by else {}
        context.ledger.works.note(EventKind.APPLIED, file.dois, detail)


def _require_signature(rules: ApprovalRules, file: "PlanFile", name: str, signature: str) -> str:
    if rules.signer is None:
        hint = (
            'add allowed_signers = "FILE" to the configuration: a list of names and public keys, as ssh-keygen reads it'
        )
        raise UsageError("the configuration does not say whose signatures are accepted", hint=hint)
    if len(signature) > LONGEST_SIGNATURE:
        raise UsageError("this is not an SSH signature: it is too long")
    signer = rules.signer(file.statement, signature)
    if not _is_same_name(signer, name):
        raise UsageError(f"the signature is from {signer}, not from {name}", hint=f"say --by {signer}")
    return signer


def _is_valid_approval(rules: ApprovalRules, file: "PlanFile", name: str, signature: str) -> bool:
    if rules.signer is None:
        return True
    try:
        return bool(signature) and _is_same_name(rules.signer(file.statement, signature), name)
    except UsageError:
        # The key was taken out of the list since: its approvals no longer count.
        return False


def _was_applied(context: DepositContext, file: "PlanFile") -> str:
    """Return the name of the person who applied the plan before; empty if nobody did."""
    return next((detail.get("by", "") for detail in _plan_events(context, EventKind.APPLIED, file)), "")


def _plan_events(context: DepositContext, kind: EventKind, file: "PlanFile") -> Sequence[dict[str, str]]:
    dois = file.dois
    # Every DOI of the plan has the same events, so the first one tells.
    events = context.ledger.works.noted(kind, dois[0]) if dois else ()
    return [dict(event) for event in events if event.get("plan") == file.sha256]


def _is_same_name(one: str, other: str) -> bool:
    return _fold_name(one) == _fold_name(other)


def _fold_name(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
