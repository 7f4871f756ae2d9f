"""A short way to write explanations down."""

import re
from collections.abc import Callable

from doideposit.checks.catalogue.explanation import Explanation, Kind
from doideposit.findings import Severity

__all__ = ["Writer", "writer"]

_PLACE = re.compile(r"\{\w+\}")

Writer = Callable[..., Explanation]


def writer(kind: Kind, source: str = "", severity: Severity = Severity.ERROR, *, overridable: bool = False) -> Writer:
    """Return a function that makes explanations of one kind, with a source and severity where none is given."""

    def write(
        code: str,
        title: str,
        message: str,
        why: str,
        hint: str,
        *,
        source: str = source,
        severity: Severity = severity,
        bad: str = "",
        good: str = "",
    ) -> Explanation:
        return Explanation(
            code=code,
            kind=kind,
            severity=severity,
            title=title,
            message=_PLACE.sub("…", message),
            why=why,
            hint=hint,
            source=source,
            bad=bad,
            good=good,
            category=kind.value,
            overridable=overridable,
        )

    return write
