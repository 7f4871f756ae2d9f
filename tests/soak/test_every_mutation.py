"""The verdict on every single harmed document, of which the fast tests try a share: the same as xmlschema's."""

from pathlib import Path

import pytest

from contract.oracle import version_of
from contract.test_differential import DEPOSITS, SHARES, Generator, chosen, disagreements

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("generator", [generator for generator, _ in SHARES], ids=lambda generator: generator.__name__)
@pytest.mark.parametrize("path", DEPOSITS, ids=lambda path: path.stem)
def test_every_harmed_document_gets_the_same_verdict(path: Path, generator: Generator) -> None:
    different, valid, invalid = disagreements(version_of(path), chosen(path.read_bytes(), generator, 1))
    assert different == []
    assert valid + invalid > 20
    print(f"\n{path.stem} {generator.__name__}: {valid} valid, {invalid} not")
