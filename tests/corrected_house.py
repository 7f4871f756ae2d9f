"""A publisher who has something to retract: a registered number, a policy page, and a notice that waits."""

from pathlib import Path

from desk import Desk

__all__ = ["POLICY", "PREFIX", "RETRACT", "notice", "registered_house", "texts", "with_policy"]

PREFIX = "10.48251/SADF.ISSN.2406-5617.C"
RETRACT = ("retract", "258", "--notice", "300", "--date", "2026-01-10")
POLICY = """<doi_batch version="5.5.0" xmlns="http://www.crossref.org/schema/5.5.0"><head>
<doi_batch_id>policy-page</doi_batch_id><timestamp>20260601120000</timestamp><depositor>
<depositor_name>South Asia Democratic Forum</depositor_name><email_address>doi@sadf.eu</email_address></depositor>
<registrant>South Asia Democratic Forum</registrant></head><body><database><database_metadata>
<titles><title>Crossmark policy of the South Asia Democratic Forum</title></titles></database_metadata>
<dataset dataset_type="crossmark_policy"><titles><title>How we correct and retract</title></titles><doi_data>
<doi>10.48251/SADF.policy</doi><resource>https://www.sadf.eu/corrections/</resource></doi_data></dataset></database>
</body></doi_batch>"""


def notice(house: Desk, number: int = 300, title: str = "Retraction: What happened in place number 258") -> Path:
    return house.record(
        f"records/c{number}.yaml", number=f"number: {number}", title=f'title: "{title}"', doi="# no doi",
        url=f"url: https://www.sadf.eu/comment-{number}/", published="published: 2026-01-10",
    )  # fmt: skip


def with_policy(configuration: str) -> str:
    """The configuration with a Crossmark policy in its series."""
    lines = configuration.splitlines()
    place = next(number for number, line in enumerate(lines, 1) if line.startswith("[series.sadf-comment]"))
    lines.insert(place, 'crossmark_policy = "10.48251/SADF.policy"')
    return "\n".join(lines)


def registered_house(desk: Desk, *more: str) -> Desk:
    """Register a number and a policy page, and write the record of a notice; `more` goes to each deposit."""
    (desk.folder / "records").mkdir()
    record = desk.record(
        "records/c258.yaml", title="title: What happened in place number 258   # as printed", doi="# no doi"
    )
    for path in (desk.write("policy.xml", POLICY), record):
        assert desk("deposit", path, *more).code == 0
        assert desk("poll", "--all").code == 0
    notice(desk)
    return desk


def texts(house: Desk) -> tuple[str, str]:
    """The records of the work and of the notice, as they lie there."""
    folder = house.folder / "records"
    return (folder / "c258.yaml").read_text("utf-8"), (folder / "c300.yaml").read_text("utf-8")
