"""How the library's log looks on standard error: one JSON object a line for programs, or plain lines for people."""

import json
import logging
from datetime import UTC, datetime

from doideposit.reports.findings import safe

__all__ = ["JsonLines", "PlainLines"]

# Attributes that every record has; whatever else a record carries becomes a field of the JSON.
_USUAL = frozenset(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Write one JSON object for each record: time, level, logger, message, and whatever the record carries beside."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        data: dict[str, object] = {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        data |= {key: value for key, value in record.__dict__.items() if key not in _USUAL and value not in {None, ""}}
        if record.exc_info:
            data["traceback"] = self.formatException(record.exc_info)
        return json.dumps(data, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """Write a sentence for each record, and what to do about it where that is known."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line or two."""
        text = f"{record.levelname.lower()}: {safe(record.getMessage())}"
        hint = getattr(record, "hint", "")
        text += f"\n  hint: {safe(hint)}" if hint else ""
        return text + ("\n" + self.formatException(record.exc_info) if record.exc_info else "")
