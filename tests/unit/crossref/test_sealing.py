"""Items that were judged one by one, joined into a file: it must be as valid as each of them."""

import pytest
from hypothesis import given, settings

from depositing import DEPOSITOR, commentary, validator
from doideposit.crossref.sealing import join, recorded_batch
from doideposit.crossref.xml.batch import Built
from doideposit.records.models.batch import SealedBatch, SealedItem
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import RecordType
from made_up_records import full_commentary
from strategies import commentaries

HEAD = DEPOSITOR.head("joined-1", 20260101000000001)
TRIAL = DEPOSITOR.head("trial-1", 20000101000000000)


def sealed(one: Commentary) -> tuple[SealedItem, bytes]:
    built = Built.of(TRIAL, [one], indented=False)
    item, _ = validator().seal_item(built.xml, one.doi, built.fingerprints[0], built.schema_version)
    assert item is not None
    return item, built.items[0]


def joined(*ones: Commentary) -> SealedBatch:
    items, contents = zip(*map(sealed, ones), strict=True)
    return join(HEAD, items, contents)


@pytest.mark.parametrize("record_type", list(RecordType))
def test_a_joined_file_is_what_building_gives_and_valid(record_type: RecordType) -> None:
    ones = [full_commentary(record_type, number=number) for number in ("258", "259", "260")]
    batch = joined(*ones)
    assert batch.xml == Built.of(HEAD, ones).xml
    own = validator().seal(batch.xml).batch
    assert own is not None
    assert (own.dois, own.batch_id, own.timestamp) == (batch.dois, batch.batch_id, batch.timestamp)


@settings(max_examples=60, deadline=None)
@given(commentaries())
def test_what_passes_alone_passes_in_a_file_with_itself(one: Commentary) -> None:
    """Keys and identifiers of the schema, were they to reach beyond an item, would clash here."""
    item, content = sealed(one)
    assert validator().validate(join(HEAD, [item, item], [content, content]).xml).valid


def test_other_bytes_than_those_that_were_judged_are_not_joined() -> None:
    (item, _), (_, other) = sealed(commentary(258)), sealed(commentary(259))
    with pytest.raises(RuntimeError, match="differs from the one that was validated"):
        join(HEAD, [item], [other])


def test_an_item_that_does_not_pass_is_not_sealed() -> None:
    built = Built.of(TRIAL, [commentary(258)], indented=False)
    broken = Built.assemble(
        TRIAL, [built.items[0].replace(b"<doi>", b"<dio>").replace(b"</doi>", b"</dio>")], schema_version="5.5.0"
    )
    assert not validator().validate(broken).valid
    with pytest.raises(RuntimeError, match=r"crossref\.sealing"):
        SealedItem(commentary().doi, "0" * 64, "5.5.0", object())


def test_what_was_recorded_comes_back_only_with_its_hash() -> None:
    batch = joined(commentary(258))

    def again(xml: bytes) -> SealedBatch | None:
        return recorded_batch(
            xml,
            sha256=batch.sha256,
            batch_id=batch.batch_id,
            timestamp=batch.timestamp,
            schema_version=batch.schema_version,
            dois=batch.dois,
        )

    assert again(batch.xml) == batch
    assert again(batch.xml + b" ") is None
