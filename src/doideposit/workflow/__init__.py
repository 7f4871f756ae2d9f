"""The order of events: check, plan, seal, record, send, ask, tell. `Depositor` is the way in."""

from doideposit.ledger.entries import LedgerEvent
from doideposit.planning import Limits
from doideposit.workflow.depositor import Depositor
from doideposit.workflow.means import RegistryPort
from doideposit.workflow.values import (
    DepositReport,
    HistoryEntry,
    Plan,
    PlanEntry,
    PollReport,
    Progress,
    ReportEntry,
    SubmissionRef,
    Truth,
    WorkStatus,
)

__all__ = [
    "DepositReport",
    "Depositor",
    "HistoryEntry",
    "LedgerEvent",
    "Limits",
    "Plan",
    "PlanEntry",
    "PollReport",
    "Progress",
    "RegistryPort",
    "ReportEntry",
    "SubmissionRef",
    "Truth",
    "WorkStatus",
]
