"""Pictures of the pages of a PDF, and documents that want to harm who draws them."""

from pathlib import Path

import pytest

from doideposit.web.desk.page_images import PageImages
from hostile_documents import HOSTILE, pdf


def drawn(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_each_page_has_its_picture(tmp_path: Path) -> None:
    PageImages(tmp_path).draw(pdf(pages=2))
    assert drawn(tmp_path) == ["page-1.png", "page-2.png"]
    picture = PageImages(tmp_path).path(1).read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")
    # 612 by 792 points; PDFium rounds a part of a pixel up.
    assert (width, height) in {(900, 1165), (901, 1165)}


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(pdf().replace(b"612 792", b"9e9 9e9"), id="page-of-a-continent"),
        pytest.param(pdf().replace(b"612 792", b"0 0    "), id="page-of-nothing"),
        pytest.param(b"%PDF-1.7 no more", id="no-document"),
    ],
)
def test_what_cannot_be_drawn_has_no_picture_and_does_no_harm(document: bytes, tmp_path: Path) -> None:
    PageImages(tmp_path).draw(document)
    assert all(path.stat().st_size < 1_000_000 for path in tmp_path.iterdir())


@pytest.mark.acceptance
@pytest.mark.parametrize("name", [name for name, (file, _, _) in HOSTILE.items() if file.endswith(".pdf")])
def test_hostile_documents_are_drawn_within_bounds(name: str, tmp_path: Path) -> None:
    PageImages(tmp_path).draw(HOSTILE[name][1]())
    assert len(drawn(tmp_path)) <= 40
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 20_000_000
