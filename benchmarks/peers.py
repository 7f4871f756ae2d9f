"""The other tools, in their own environment and process: asked over a pipe, timed inside.

This file is both ends: imported here it starts the peers' interpreter on itself, and there it imports nothing of ours.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv-bench" / "bin" / "python"
COMMONMETA = ROOT / ".venv-bench" / "bin" / "commonmeta"


class Peers:
    """A process with commonmeta-py, xmlschema and elifecrossref in it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [str(PYTHON), str(Path(__file__).resolve())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.versions: dict[str, str] = self.ask("versions")["versions"]

    def ask(self, task: str, **details: Any) -> dict[str, Any]:
        """Let it do something; the answer has `cpu` and `wall` in seconds, besides others."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the peers have no pipes")
        stdin.write(json.dumps({"task": task, **details}) + "\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise RuntimeError(f"the peers ended while doing {task}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{task}: {answer['error']}")
        return answer

    def measure(self, task: str, **details: Any) -> tuple[float, float]:
        """CPU and wall seconds of one task."""
        answer = self.ask(task, **details)
        return answer["cpu"], answer["wall"]

    def close(self) -> None:
        """End the process."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(timeout=30)


class _Server:
    """The other end, in the peers' interpreter."""

    def __init__(self) -> None:
        self._schemas: dict[str, Any] = {}

    def versions(self) -> dict[str, Any]:
        from importlib.metadata import version

        names = ("commonmeta-py", "xmlschema", "elifecrossref", "lxml")
        return {"versions": {name: version(name) for name in names}}

    def commonmeta(self, text: str, times: int = 1) -> dict[str, Any]:
        """Read a record, write Crossref XML and validate it, as its command does."""
        from commonmeta import Metadata

        def work() -> None:
            metadata = Metadata(text, via="commonmeta", no_network=True)
            xml = metadata.write(to="crossref_xml", depositor="A", email="a@example.org", registrant="A")
            if not metadata.is_valid or not xml:
                raise RuntimeError(f"{metadata.errors} {metadata.write_errors}")

        return _timed(work, times)

    def compile_11(self, main: str, addresses: dict[str, str]) -> dict[str, Any]:
        """Compile Crossref's schema with XMLSchema11; import of xmlschema is not counted."""
        import xmlschema

        def work() -> None:
            self._schemas[main] = xmlschema.XMLSchema11(
                main, uri_mapper=lambda uri: addresses.get(uri, uri), allow="local"
            )

        return _timed(work, 1)

    def validate_11(self, main: str, xml: str, times: int = 1) -> dict[str, Any]:
        """Validate XML bytes with the compiled schema."""
        content = xml.encode()
        schema = self._schemas[main]

        def work() -> None:
            schema.validate(content)

        return _timed(work, times)

    def elifecrossref(self, record: dict[str, Any], times: int = 1) -> dict[str, Any]:
        """Write a record with elifecrossref, from objects that are there already; it does not validate."""
        from elifecrossref import generate

        article, settings = _elife(record)

        def work() -> None:
            generate.crossref_xml([article], settings, add_comment=False, submission_type="journal")

        return _timed(work, times)


def _elife(record: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    from elifearticle import article as parts

    article = parts.Article(record["doi"], record["title"])
    article.journal_title = record["series"]
    article.journal_issn = record["issn"]
    article.publisher_name = record["publisher"]
    article.manuscript = record["number"]
    article.abstract = record["abstract"]
    article.article_type = "research-article"
    article.add_date(parts.ArticleDate("pub", time.strptime(record["published"], "%Y-%m-%d")))
    author = parts.Contributor("author", record["family"], record["given"])
    author.orcid = record["orcid"]
    article.add_contributor(author)
    for place, text in enumerate(record["references"]):
        citation = parts.Citation()
        citation.id = f"ref{place + 1}"
        citation.publication_type = "web"
        citation.article_title = text
        citation.year = "2020"
        article.ref_list.append(citation)
    settings = {
        "generator": "benchmark",
        "registrant": "A",
        "depositor_name": "A",
        "email_address": "a@example.org",
        "batch_file_prefix": "benchmark-",
        "crossref_schema_version": "5.3.1",
        "doi_pattern": "https://www.example.org/{manuscript}",
        "year_of_first_volume": 2012,
        "contrib_types": ["author"],
        "archive_locations": [],
        "access_indicators_applies_to": [],
        "pub_date_types": ["pub"],
        "component_exclude_types": [],
        "crossmark_domains": [],
        "assertion_display_channel_types": [],
        "jats_abstract": True,
        "face_markup": True,
        "crossmark": False,
        "elocation_id": False,
        "elife_style_component_doi": False,
    }
    return article, settings


def _timed(work: Any, times: int) -> dict[str, Any]:
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(times):
        work()
    return {"cpu": (time.process_time() - cpu) / times, "wall": (time.perf_counter() - wall) / times}


def _serve() -> None:
    server = _Server()
    answers, sys.stdout = sys.stdout, sys.stderr  # Whatever a library prints must not get into the answers.
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(server, request.pop("task"))(**request)
        except Exception as error:  # noqa: BLE001 - it goes to the one who asked
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    _serve()
