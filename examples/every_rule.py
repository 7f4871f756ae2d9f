"""Writes a folder with one record file for each rule, from the rules' own bad examples, to see every finding once.

$ python examples/every_rule.py every-rule
$ cd every-rule
$ doideposit check records
"""

import argparse
import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from doideposit.checks.rules.evaluation import RECORD_RULES, RUN_RULES

CONFIGURATION = """\
[depositor]
name = "South Asia Democratic Forum"
email = "info@sadf.eu"
registrant = "South Asia Democratic Forum"
"""
SERIES = {
    "title": '"SADF Comment"',
    "labels": '["COMMENT", "Comment"]',
    "issn": '"2406-5617"',
    "issn_medium": '"electronic"',
    "prefix": '"10.48251"',
    "language": '"en"',
    "publisher": '{ name = "South Asia Democratic Forum", place = "Brussels" }',
    "institution": '{ name = "South Asia Democratic Forum", ror = "02twcfp32", place = "Brussels" }',
}
DOI = "10.48251/SADF.ISSN.2406-5617.C258"
"""The DOI in the examples. Here every record has one of its own, so that each is about its rule and nothing else."""


def write(folder: Path) -> None:
    """Write the configuration, with a series for every rule, and the records."""
    (folder / "records").mkdir(parents=True, exist_ok=True)
    series: list[str] = []
    for rule in RECORD_RULES:
        series += _series(rule.code, rule.setting)
        _write(folder, rule.code, [_read(rule.bad)])
    for run in RUN_RULES:
        series += _series(run.code, run.setting)
        series += _series(f"{run.code}-elsewhere", 'prefix = "10.54321"')
        _write(folder, run.code, _read(run.bad))
    (folder / "doideposit.toml").write_text("\n".join([CONFIGURATION, *series]) + "\n", encoding="utf-8")


def _read(example: str) -> Any:
    # Every scalar stays the text it is.
    return yaml.load(textwrap.dedent(example), yaml.BaseLoader) or {}


def _series(code: str, setting: str) -> Iterator[str]:
    own = dict(line.split(" = ", 1) for line in setting.splitlines())
    described = SERIES | {"doi": json.dumps(f"{{prefix}}/{code}.C{{number}}")} | own
    yield f"[series.{code}]"
    yield from (f"{key} = {value}" for key, value in described.items() if value != '""')
    yield ""


def _write(folder: Path, code: str, examples: list[dict[str, Any]]) -> None:
    lines: list[str] = []
    for number, example in enumerate(examples, 1):
        fields = _record(code, example, number).items()
        shown = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields]
        lines += shown if len(examples) == 1 else [f"- {shown[0]}", *(f"  {line}" for line in shown[1:])]
    text = "\n".join(lines).replace(DOI, f"10.48251/{code}.C258") + "\n"
    if len(examples) > 1:
        text = text.replace("https://www.sadf.eu/", f"https://www.sadf.eu/{code}/")
    (folder / "records" / f"{code}.yaml").write_text(text, encoding="utf-8")


def _record(code: str, example: dict[str, Any], number: int) -> dict[str, Any]:
    """The example laid over a complete record; what it leaves empty is left out."""
    whole = {
        "series": f"{code}-elsewhere" if "series" in example else code,
        "number": "258",
        "title": "Prospects for NATO-Japan relations",
        "subtitle": "" if "title" in example else f"An example of {code}",
        "published": "2023-09-14",
        "authors": [
            {"given": "Siegfried O.", "family": "Wolf", "affiliations": [{"name": "SADF", "ror": "02twcfp32"}]}
        ],
        "url": f"https://www.sadf.eu/{code}-{number}/",
    }
    record = whole | {key: value for key, value in example.items() if key != "series"}
    return {key: value for key, value in record.items() if value not in ("", "null")}


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a folder with one record file for each rule.")
    parser.add_argument("folder", type=Path)
    write(parser.parse_args().folder)


if __name__ == "__main__":
    main()
