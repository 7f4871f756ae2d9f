"""Find the DOI that a person means: by the DOI itself, by the number of a commentary, or by its record file."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.errors import UsageError
from doideposit.files import as_typed
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.records.sources.reading import DOCUMENTS
from doideposit.records.sources.reading import SUFFIXES as RECORDS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from doideposit.checks.values import Checked
    from doideposit.config.settings import Settings
    from doideposit.deposits.depositor import Depositor
    from doideposit.records.models.series import Series

__all__ = ["SERIES", "WorkFinder", "doi_argument", "dois_argument"]

# So many DOIs of a ledger are looked through; nobody types a number where there are more.
MOST = 100_000
# Ready-made deposit files (.xml) name DOIs as well as records and documents do.
SUFFIXES = (".xml", *sorted(RECORDS | DOCUMENTS))

# So many are suggested when somebody presses Tab.
SUGGESTED = 200


def _known_dois(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the DOIs of the ledger that begin with the text; empty without a ledger, and never an error."""
    try:
        return _that_begin(_dois_beginning(_load_settings(ctx), incomplete), incomplete)
    except Exception:  # noqa: BLE001
        return []  # Whatever is wrong, pressing Tab is not the moment to say so.


def _dois_beginning(settings: "Settings", beginning: str) -> Iterable[str]:
    """Return them only from a ledger in a file: a database server is not asked while somebody types."""
    from doideposit.deposits.ledger.inspection import Condition
    from doideposit.wiring import open_ledger, system_clock

    if not settings.ledger_url.startswith("sqlite") or not Condition.of_ledger(settings.ledger_url).is_current:
        return []
    with open_ledger(settings) as ledger:
        return [str(doi) for doi in ledger.on(settings.target, system_clock).works.dois_from(beginning, SUGGESTED)]


class _SeriesName(click.types.StringParamType):
    """Take the short name of a series; pressing Tab offers those of the configuration."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        """Return the series of the configuration that begin so; empty where it cannot be read."""
        del param
        from click.shell_completion import CompletionItem

        try:
            return [CompletionItem(name) for name in _that_begin(_load_settings(ctx).series, incomplete)]
        except Exception:  # noqa: BLE001
            return []  # As above.


# The type of options and arguments that name a series.
SERIES = _SeriesName()


def _load_settings(ctx: click.Context) -> "Settings":
    from doideposit.wiring import load_settings

    path: Path | None = ctx.find_root().params.get("config_path")
    return load_settings(path, target=ctx.params.get("target"))


def _that_begin(texts: Iterable[str], incomplete: str) -> list[str]:
    return [text for text in texts if text.lower().startswith(incomplete.lower())]


doi_argument = click.argument("work", metavar="DOI|NUMBER|RECORD", shell_complete=_known_dois)
dois_argument = click.argument("works", nargs=-1, metavar="[DOI|NUMBER|RECORD]...", shell_complete=_known_dois)


@dataclass(frozen=True, slots=True)
class WorkFinder:
    """Find what texts name among the works that the ledger and the series of a depositor know."""

    depositor: "Depositor"

    def all(self, texts: Iterable[str]) -> list[Doi]:
        """Return the DOIs that these texts name, in order; raises `UsageError` where one names none, or several."""
        return [doi for text in texts for doi in _find_dois(self.depositor, text)]

    def one(self, text: str) -> Doi:
        """Return the one DOI that the text names; raises `UsageError` where it names none, or several."""
        found = self.all([text])
        if len(found) > 1:
            raise UsageError(f"{text} holds {len(found)} DOIs", hint="give one of them: a DOI or a number")
        return found[0]

    def near(self, doi: Doi) -> list[str]:
        """Return up to three DOIs of the ledger that are written nearly like this one, which it does not know."""
        return _similar_to(self.depositor.works.dois_from("", MOST), doi.key)

    def read_deposited(self, settings: "Settings", doi: Doi) -> "Checked":
        """Read the record of a DOI back out of the bytes that were sent; raises `UsageError` where there are none."""
        from doideposit.wiring import open_checker

        (checked,) = open_checker(settings).read([self.depositor.deposited_record(doi)])
        return checked

    @staticmethod
    def is_file_name(text: str) -> bool:
        """Tell whether a text names a record file, existing or not; 258 is a number even if a folder has that name."""
        return text.lower().endswith(SUFFIXES) or (text != "" and Path(text).exists() and not text[0].isdigit())


# As people write a number: “#258”, “Nr. 258”, “No 258”, “SADF Comment 258”.
_WITH_WORDS = re.compile(r"(?:#|№|[^\W\d][^\d/#]*[\s#])\s*(\d[\w.-]*)")


def _find_dois(depositor: "Depositor", text: str) -> Sequence[Doi]:
    if WorkFinder.is_file_name(text):
        return _dois_in_file(depositor, Path(text))
    worded = _WITH_WORDS.fullmatch(text.strip())
    text = worded[1] if worded else text.strip()
    try:
        return (Doi.parse(text),)
    except InvalidIdentifier as error:
        fault = UsageError(error.message, hint=error.hint)
    known = depositor.works.dois_from("", MOST)
    made = list(_dois_of_number(depositor.series, text))
    # A number that was registered may hold any sign that a DOI can: 12/3, A-7, 264(2);3_4.
    found = [doi for doi in made if doi in known]
    if not found and re.search(r"\d", text):
        found = [doi for doi in known if _ends_with(doi, text)]
    if not found:
        # What is not known is a number where it has a digit and is one word; anything else is a mistake.
        if not re.fullmatch(r"\w*\d[\w.-]*", text):
            raise fault
        found = made
    if len(found) == 1:
        return found
    if found:
        # Five DOIs are enough to see which series are meant.
        names = ", ".join(map(str, found[:5]))
        raise UsageError(f"“{text}” can be {names}", hint="give the whole DOI")
    hint = _suggestion(known, text) or "give a DOI, the number of a commentary, or a record file"
    raise UsageError(f"no DOI on {depositor.target} is called “{text}”", hint=hint)


def _dois_in_file(depositor: "Depositor", path: Path) -> Sequence[Doi]:
    """Return the DOIs of a record file, whether or not its records could be deposited as they are."""
    if not path.exists():
        raise UsageError(f"there is no file {path}", hint="check the spelling and the folder, or give the number")
    found = [entry.doi for entry in depositor.plan(path).entries if entry.doi is not None]
    if not found:
        raise UsageError(f"{path} contains no DOI", hint=f"`doideposit check {as_typed(path)}` says why")
    return found


def _dois_of_number(series: "Mapping[str, Series]", number: str) -> Iterator[Doi]:
    """Return the DOIs that the patterns of the series give for a number; a pattern with {any} gives none."""
    # A series without a pattern of its own may have any DOIs: what is registered is found by its end.
    for candidate in filter(lambda series: series.has_pattern, series.values()):
        try:
            made = candidate.doi_for(number)
        except InvalidIdentifier:
            continue
        if made is not None:
            yield made


def _ends_with(doi: Doi, text: str) -> bool:
    """Return whether the DOI ends with the text as a whole: C258 with 258, but C1258 does not."""
    before, found, after = doi.key.rpartition(text.lower())
    same_kind = str.isdigit if text[0].isdigit() else str.isalpha
    return bool(found) and not after and not same_kind(before[-1:])


def _similar_to(known: Iterable[Doi], text: str) -> list[str]:
    by_key = {doi.key: str(doi) for doi in known}
    return [by_key[key] for key in get_close_matches(text.lower(), by_key, 3, cutoff=0.8) if key != text]


def _suggestion(known: Sequence[Doi], text: str) -> str:
    """Return a question that suggests similar DOIs, compared as a whole or by their end."""
    ends = {re.split(r"[/.]", doi.key)[-1]: str(doi) for doi in known}
    near = _similar_to(known, text) or [ends[key] for key in get_close_matches(text.lower(), ends, 3)]
    return f"did you mean {' or '.join(near)}?" if near else ""
