"""Register DOIs for numbered commentaries with Crossref: check, deposit, follow up, remember.

::

    import doideposit

    with doideposit.open("doideposit.toml") as depositor:
        findings = depositor.check(commentary)     # Commentary(...), a mapping, or a path
        receipt = depositor.deposit(commentary)    # returns at once
        depositor.poll()                           # one pass, never sleeps
        depositor.status(commentary.doi)

Everything named here is the public interface. Importing it starts nothing, reads no file and configures no logging:
each name is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from doideposit.checks.checking import Checker
    from doideposit.checks.values import DepositorName, Input
    from doideposit.crossref.registrar import Credentials, Endpoint, Registrar
    from doideposit.deposits.adoption_report import Adoption, AdoptionReport, AdoptionResult
    from doideposit.deposits.conflicts import ConflictSide
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.history import HistoryEntry
    from doideposit.deposits.lateness import Deadlines, Overdue
    from doideposit.deposits.ledger.entries import LedgerEvent
    from doideposit.deposits.ledger.store import Ledger
    from doideposit.deposits.limits import Limits
    from doideposit.deposits.planning import Action
    from doideposit.deposits.plans.document import PlanBody, PlanFile
    from doideposit.deposits.plans.files import PlanFiles
    from doideposit.deposits.publishers import Publishers
    from doideposit.deposits.values import (
        DepositReport,
        Plan,
        PlanEntry,
        PollReport,
        Progress,
        Proof,
        ReportEntry,
        SubmissionRef,
        UpdateStep,
        WatchReport,
        WorkStatus,
    )
    from doideposit.deposits.warning_inbox import WarningInbox
    from doideposit.deposits.warnings import CrossrefWarning, WarningKind
    from doideposit.errors import (
        ApprovalMissing,
        ConfigurationError,
        CredentialsRefused,
        DiskError,
        DoiDepositError,
        LedgerDamaged,
        LedgerError,
        LedgerTooNew,
        LedgerUnavailable,
        PlanUnusable,
        RegistrarBusy,
        RegistrarError,
        RegistrarUnavailable,
        SchemaError,
        SubmissionForbidden,
        SubmissionInDoubt,
        UnexpectedAnswer,
        UsageError,
        WorldError,
    )
    from doideposit.findings import Finding, Severity, Where
    from doideposit.lifecycle import EventKind, Milestone, Outcome, RetryClass, State
    from doideposit.records.identifiers import Doi, InvalidIdentifier, Isni, Issn, Orcid, Ror, Wikidata
    from doideposit.records.models.commentary import Abstract, Commentary, OriginalTitle
    from doideposit.records.models.contributors import (
        AltName,
        Anonymous,
        Institution,
        Organisation,
        Person,
        Publisher,
    )
    from doideposit.records.models.dates import PartialDate
    from doideposit.records.models.references import CitationType, Reference
    from doideposit.records.models.relations import (
        Archive,
        FreeToRead,
        FullText,
        Funding,
        Licence,
        Relation,
        Status,
        Update,
        Version,
    )
    from doideposit.records.models.roles import Role
    from doideposit.records.models.series import RecordType, Series
    from doideposit.records.models.text import RichText
    from doideposit.wiring import open_path as open  # noqa: A004  (the name of the contract)

# Where each public name lives: a name is imported when it is asked for, so that `import doideposit` stays cheap.
_HOMES = {
    "checks.checking": "Checker",
    "checks.values": "DepositorName Input",
    "crossref.registrar": "Credentials Endpoint Registrar",
    "errors": (
        "ApprovalMissing ConfigurationError CredentialsRefused DiskError DoiDepositError LedgerDamaged LedgerError "
        "LedgerTooNew LedgerUnavailable PlanUnusable RegistrarBusy RegistrarError RegistrarUnavailable SchemaError "
        "SubmissionForbidden SubmissionInDoubt UnexpectedAnswer UsageError WorldError"
    ),
    "findings": "Finding Severity Where",
    "records.identifiers": "Doi InvalidIdentifier Isni Issn Orcid Ror Wikidata",
    "deposits.ledger.store": "Ledger",
    "lifecycle": "EventKind Milestone Outcome RetryClass State",
    "records.models.commentary": "Abstract Commentary OriginalTitle",
    "records.models.contributors": "AltName Anonymous Institution Organisation Person Publisher",
    "records.models.roles": "Role",
    "records.models.references": "CitationType Reference",
    "records.models.relations": "Archive FreeToRead FullText Funding Licence Relation Status Update Version",
    "records.models.series": "RecordType Series",
    "records.models.dates": "PartialDate",
    "records.models.text": "RichText",
    "deposits.limits": "Limits",
    "deposits.planning": "Action",
    "deposits.adoption_report": "Adoption AdoptionReport AdoptionResult",
    "deposits.depositor": "Depositor",
    "deposits.plans.document": "PlanBody PlanFile",
    "deposits.plans.files": "PlanFiles",
    "deposits.publishers": "Publishers",
    "deposits.warning_inbox": "WarningInbox",
    "deposits.warnings": "CrossrefWarning WarningKind",
    "deposits.conflicts": "ConflictSide",
    "deposits.history": "HistoryEntry",
    "deposits.lateness": "Deadlines Overdue",
    "deposits.ledger.entries": "LedgerEvent",
    "deposits.values": (
        "DepositReport Plan PlanEntry PollReport Progress Proof ReportEntry SubmissionRef UpdateStep "
        "WatchReport WorkStatus"
    ),
    "deposits.reading_back": "ResultDetails",
    "deposits.references": "ReferenceFeedback ReferenceList ReferencesReport ReferenceState",
    "registered.drift_values": "Drift DriftKind",
}
_WHERE = {name: (module, name) for module, names in _HOMES.items() for name in names.split()}
_WHERE["open"] = ("wiring", "open_path")
# The name that `Proof` had before.
_WHERE["Truth"] = ("deposits.values", "Proof")

__version__ = "0.1.0"
__all__ = [
    "Abstract",
    "Action",
    "Adoption",
    "AdoptionReport",
    "AdoptionResult",
    "AltName",
    "Anonymous",
    "ApprovalMissing",
    "Archive",
    "Checker",
    "CitationType",
    "Commentary",
    "ConfigurationError",
    "ConflictSide",
    "Credentials",
    "CredentialsRefused",
    "CrossrefWarning",
    "Deadlines",
    "DepositReport",
    "Depositor",
    "DepositorName",
    "DiskError",
    "Doi",
    "DoiDepositError",
    "Drift",
    "DriftKind",
    "Endpoint",
    "EventKind",
    "Finding",
    "FreeToRead",
    "FullText",
    "Funding",
    "HistoryEntry",
    "Input",
    "Institution",
    "InvalidIdentifier",
    "Isni",
    "Issn",
    "Ledger",
    "LedgerDamaged",
    "LedgerError",
    "LedgerEvent",
    "LedgerTooNew",
    "LedgerUnavailable",
    "Licence",
    "Limits",
    "Milestone",
    "Orcid",
    "Organisation",
    "OriginalTitle",
    "Outcome",
    "Overdue",
    "PartialDate",
    "Person",
    "Plan",
    "PlanBody",
    "PlanEntry",
    "PlanFile",
    "PlanFiles",
    "PlanUnusable",
    "PollReport",
    "Progress",
    "Proof",
    "Publisher",
    "Publishers",
    "RecordType",
    "Reference",
    "ReferenceFeedback",
    "ReferenceList",
    "ReferenceState",
    "ReferencesReport",
    "Registrar",
    "RegistrarBusy",
    "RegistrarError",
    "RegistrarUnavailable",
    "Relation",
    "ReportEntry",
    "ResultDetails",
    "RetryClass",
    "RichText",
    "Role",
    "Ror",
    "SchemaError",
    "Series",
    "Severity",
    "State",
    "Status",
    "SubmissionForbidden",
    "SubmissionInDoubt",
    "SubmissionRef",
    "UnexpectedAnswer",
    "Update",
    "UpdateStep",
    "UsageError",
    "Version",
    "WarningInbox",
    "WarningKind",
    "WatchReport",
    "Where",
    "Wikidata",
    "WorkStatus",
    "WorldError",
    "__version__",
    "open",
]


def __getattr__(name: str) -> Any:
    try:
        module, attribute = _WHERE[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    value = getattr(import_module(f"{__name__}.{module}"), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
