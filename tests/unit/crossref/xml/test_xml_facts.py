"""Model to XML and back by a reader that shares nothing with the builder: the same facts on both sides."""

from hypothesis import HealthCheck, given, settings
from lxml import etree

from deposit_heads import HEAD
from doideposit.crossref.xml.batch import Built
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.contributors import Anonymous, Organisation, Person
from doideposit.records.models.series import RecordType
from doideposit.records.models.text import Face, Math, Node, RichText
from strategies import commentaries


class Facts:
    """What a reader of the deposit learns."""

    def __init__(self, xml: bytes) -> None:
        self.root = etree.fromstring(xml)
        self.item = self.root.find("{*}body/{*}*")

    def all(self, *names: str) -> list[etree._Element]:
        path = "/".join("*" if name == "*" else f"*[local-name()='{name}']" for name in names)
        return self.root.xpath(f"//*[local-name()='body']//{path}")

    def texts(self, *names: str) -> list[str]:
        return ["".join(one.itertext()) for one in self.all(*names)]

    def markup(self, *names: str) -> list[str]:
        """Mixed content in the way records write it."""
        return [spelled(one) for one in self.all(*names)]


def spelled(element: etree._Element) -> str:
    text = element.text or ""
    for child in element:
        name = etree.QName(child).localname
        prefix = "mml:" if child.tag.startswith("{http://www.w3.org/1998/Math/MathML}") else ""
        text += f"<{prefix}{name}>{spelled(child)}</{prefix}{name}>{child.tail or ''}"
    return text


def written(text: RichText | None) -> str | None:
    return None if text is None else "".join(_written(node) for node in text.nodes)


def _written(node: Node) -> str:
    match node:
        case Face(tag, children):
            return f"<{tag}>{''.join(map(_written, children))}</{tag}>"
        case Math(xml):
            return xml
        case str():
            return node


def parts(date: etree._Element) -> str:
    values = {etree.QName(one).localname: one.text or "" for one in date}
    return "-".join(values[name] for name in ("year", "month", "day") if name in values)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(commentary=commentaries())
def test_the_deposit_says_what_the_record_says(commentary: Commentary) -> None:
    facts = Facts(Built.of(HEAD, [commentary]).xml)
    check_titles(facts, commentary)
    check_people(facts, commentary)
    check_dates_and_numbers(facts, commentary)
    check_links(facts, commentary)
    check_references(facts, commentary)
    check_programs(facts, commentary)


def check_titles(facts: Facts, commentary: Commentary) -> None:
    holder = "posted_content" if commentary.series.record_type is RecordType.POSTED else "*"
    every = [one for one in facts.all(holder, "titles") if etree.QName(one.getparent()).localname != "series_metadata"]
    further = len(commentary.translated_titles)
    own = every[-1 - further]
    others = [spelled(one.find("{*}title")) for one in every[len(every) - further :]]
    assert others == [written(one.text) for one in commentary.translated_titles]
    found = {etree.QName(one).localname: spelled(one) for one in own}
    assert found["title"] == written(commentary.title)
    original = commentary.original_title
    assert found.get("original_language_title") == written(original and original.text)
    subtitles = [written(commentary.subtitle), written(original and original.subtitle)]
    assert [spelled(one) for one in own.findall("{*}subtitle")] == [one for one in subtitles if one is not None]
    languages = {one.get("language") for one in facts.root.iter("{*}journal_article", "{*}posted_content")}
    assert not languages or languages == {commentary.effective_language}
    assert any(commentary.series.title in text for text in facts.texts("*"))


def check_people(facts: Facts, commentary: Commentary) -> None:
    people = list(facts.all("contributors")[0])
    assert [one.get("sequence") for one in people] == ["first", *["additional"] * (len(people) - 1)]
    for element, who in zip(people, commentary.authors, strict=True):
        match who:
            case Person():
                assert element.findtext("{*}given_name") == who.given
                assert element.findtext("{*}surname") == who.family
                assert element.findtext("{*}suffix") == who.suffix
                assert element.findtext("{*}ORCID") == (who.orcid and who.orcid.url)
                assert len(element.findall("{*}alt-name/{*}*")) == len(who.alt_names)
                roles = {str(one.get("type")) for one in element.findall("{*}role")}
                assert set(who.roles) <= roles | {element.get("contributor_role")}
            case Organisation():
                assert (element.text, element.get("contributor_role")) == (who.organisation, who.roles[0])
            case Anonymous():
                assert etree.QName(element).localname == "anonymous"
        if isinstance(who, Person | Anonymous):
            named = element.findall("{*}affiliations/{*}institution")
            assert len(named) == len(who.affiliations)
            for body, affiliation in zip(named, who.affiliations, strict=True):
                ids = {one.text for one in body.findall("{*}institution_id")}
                assert affiliation.ror is None or affiliation.ror.url in ids
                assert affiliation.wikidata is None or affiliation.wikidata.url in ids


def check_dates_and_numbers(facts: Facts, commentary: Commentary) -> None:
    posted = commentary.series.record_type is RecordType.POSTED
    dates = facts.all("posted_date" if posted else "publication_date")
    by_medium = {one.get("media_type"): parts(one) for one in dates}
    expected = {"online": str(commentary.published)}
    if commentary.published_print and not posted:
        expected["print"] = str(commentary.published_print)
    assert by_medium == expected
    accepted = [parts(one) for one in facts.all("acceptance_date") + facts.all("approval_date")]
    assert accepted == ([str(commentary.accepted)] if commentary.accepted else [])
    # A long number is an identifier, and posted content has none.
    number = commentary.number or ""
    short, posted = len(number) <= 32, commentary.series.record_type is RecordType.POSTED
    assert short or posted or number in facts.texts("identifier")
    own_article = commentary.series.record_type is RecordType.JOURNAL and commentary.article_number
    assert not short or number in facts.texts("issue" if own_article else "item_number")
    issns = set(facts.texts("issn")) | set(facts.texts("inter_work_relation"))
    assert {str(one.issn) for one in commentary.series.issns} <= issns


def check_links(facts: Facts, commentary: Commentary) -> None:
    assert facts.texts("doi_data", "doi") == [str(commentary.doi)]
    assert facts.texts("doi_data", "resource") == [commentary.url]
    mined = [one for one in facts.all("item", "resource") if "crawler" not in one.getparent().attrib]
    offered = [one for one in commentary.full_texts if one.text_mining and one.url != commentary.pdf_url]
    assert len(mined) == len(offered) + (commentary.pdf_url is not None)
    assert set(facts.texts("collection", "item", "resource")) <= {
        commentary.pdf_url,
        *(one.url for one in commentary.full_texts),
    }


def check_references(facts: Facts, commentary: Commentary) -> None:
    found = facts.all("citation_list", "citation")
    assert len({one.get("key") for one in found}) == len(commentary.references)
    for element, reference in zip(found, commentary.references, strict=True):
        assert element.get("type") == reference.type
        for name in ("journal_title", "author", "volume", "article_title", "volume_title", "std_designator"):
            assert element.findtext(f"{{*}}{name}") == getattr(reference, name)
        assert element.findtext("{*}cYear") == reference.year
        assert element.findtext("{*}doi") == (reference.doi and str(reference.doi))
        printed = element.find("{*}unstructured_citation")
        text = "" if printed is None else spelled(printed)
        assert text.startswith(written(reference.text) or "")
        assert reference.url is None or reference.url in text


def check_programs(facts: Facts, commentary: Commentary) -> None:
    assert len(facts.all("abstract")) == len(commentary.abstracts)
    assert facts.texts("license_ref") == [one.url for one in commentary.effective_licences]
    assert len(facts.all("program", "assertion")) == len(commentary.funding)
    awards = [one.text for one in facts.all("assertion", "assertion") if one.get("name") == "award_number"]
    assert awards == [award for one in commentary.funding for award in one.awards]
    related = facts.all("related_item", "*")
    types = [one.get("relationship-type") for one in related if one.get("relationship-type")]
    assert types[: len(commentary.relations)] == [one.type for one in commentary.relations]
    described = [spelled(one) for one in related if etree.QName(one).localname == "description"]
    own = [written(one.description) for one in commentary.relations if one.description]
    assert described[: len(own)] == own
    updates = [(one.get("type"), one.get("date"), one.text) for one in facts.all("updates", "update")]
    if commentary.effective_crossmark_policy and commentary.series.record_type is not RecordType.POSTED:
        assert updates == [(one.type, str(one.date), str(one.doi)) for one in commentary.updates]
    assert [one.get("name") for one in facts.all("archive")] == [one.value for one in commentary.archives]
    assert facts.texts("version_info", "version") == ([commentary.version.label] if commentary.version else [])
    status = [(one.get("type"), one.get("date")) for one in facts.all("status")]
    assert status == ([(commentary.status.type, str(commentary.status.date))] if commentary.status else [])
