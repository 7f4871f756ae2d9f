"""The texts for those who watch."""

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

from doideposit.job.monitoring import Run, prometheus_text
from doideposit.reports.standing import Listed, Standing

NOW = datetime(2026, 9, 9, 12, 0, 0, 123456, tzinfo=UTC)
INBOX = {"done": 1, "rejected": 2}
WAITING = {"rejected": 4, "working": 0}
RUN = Run("production", NOW - timedelta(seconds=2), NOW, 1, "a “summary”", NOW, INBOX, WAITING, version="1")
STANDING = Standing(
    at=NOW,
    target="production",
    works=10,
    registered=7,
    failed=1,
    states=Counter(prepared=1, sending=0, queued=2),
    oldest_unfinished=NOW - timedelta(hours=1),
    overdue=Listed(3),
    needs_person=Listed(1),
    recent=Listed(2),
    not_proved=4,
    drifted=Listed(1),
    warnings=0,
    warned=Listed(),
    not_as_intended=2,
)


def test_prometheus_takes_the_text() -> None:
    text = prometheus_text(RUN, STANDING)
    sample = re.compile(r'doideposit_[a-z_]+\{[a-z]+="[^"\\\n]*"(,[a-z]+="[^"\\\n]*")?\} [0-9.e+]+')
    helped, typed, names = set(), set(), []
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            helped.add(line.split()[2])
        elif line.startswith("# TYPE "):
            assert line.split()[3] == "gauge"
            typed.add(line.split()[2])
        else:
            assert sample.fullmatch(line), line
            names.append(line.partition("{")[0])
    assert helped == typed == set(names)
    assert 'doideposit_outstanding_dois{target="production",state="queued"} 2' in text
    assert 'doideposit_oldest_unfinished_age_seconds{target="production"} 3600' in text
    assert 'doideposit_inbox_files{target="production",fate="rejected"} 2' in text
    assert 'doideposit_inbox_waiting{target="production",folder="rejected"} 4' in text
    assert f"{NOW.timestamp():.17g}" in text


def test_without_a_ledger_there_are_no_numbers_of_it() -> None:
    text = prometheus_text(RUN, None)
    assert "last_run_timestamp_seconds" in text
    assert "registered" not in text.replace("inbox", "")


def test_the_status_file() -> None:
    data = json.loads(RUN.status_text(STANDING))
    assert (data["format"], data["ok"], data["seconds"]) == (1, False, 2.0)
    assert data["finished"] == "2026-09-09T12:00:00.123Z"
    assert data["standing"]["outstanding"] == 3
    assert data["standing"]["oldest_unfinished_seconds"] == 3600
    assert json.loads(RUN.status_text(None))["standing"] is None


def test_the_heartbeat() -> None:
    assert RUN.heartbeat_text() == "2026-09-09T12:00:00.123Z 1\n"
