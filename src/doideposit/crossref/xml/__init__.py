"""Deposit XML from commentaries: complete, in the schema's order, and the same bytes for the same input."""

from doideposit.crossref.xml.batch import Built, assemble, build, fingerprint
from doideposit.crossref.xml.existing import DepositItem, items, restamp
from doideposit.crossref.xml.losses import losses
from doideposit.crossref.xml.records import body_kind

__all__ = ["Built", "DepositItem", "assemble", "body_kind", "build", "fingerprint", "items", "losses", "restamp"]
