"""An embedded Crossref for tests, demonstrations and first steps: pure, on an injected clock, with fault switches.

Nothing here imports a web server; `doideposit.sandbox.server` puts the same object behind HTTP, and
`doideposit.sandbox.registrar` makes it a registrar in process.
"""

from doideposit.sandbox.accounts import DEFAULT_ACCOUNT, Account
from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.enquiries import AnswerRules
from doideposit.sandbox.entries import ReceivedFile, Registration, Stage
from doideposit.sandbox.exchange import Dropped, Reply, Request, RequestBody, UploadedFile
from doideposit.sandbox.faults import FAULTS, Door, Fault, FaultKind, Faults, parse_fault
from doideposit.sandbox.retention import RetentionRules
from doideposit.sandbox.simulation import Sandbox

__all__ = [
    "DEFAULT_ACCOUNT",
    "FAULTS",
    "Account",
    "AnswerRules",
    "Clock",
    "Delays",
    "Door",
    "Dropped",
    "Fault",
    "FaultKind",
    "Faults",
    "ReceivedFile",
    "Registration",
    "Reply",
    "Request",
    "RequestBody",
    "RetentionRules",
    "Sandbox",
    "Stage",
    "UploadedFile",
    "parse_fault",
]
