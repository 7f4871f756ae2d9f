"""Pictures of the pages of a PDF, drawn by PDFium in a process of its own: a document that harms it harms nothing else.

Run as a program, with a folder and the document as its input, it draws ``page-1.png`` and so on.
"""

import contextlib
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from struct import pack
from typing import Any, Final, NamedTuple

__all__ = ["PageImages"]

# Pages that are drawn; the text of all pages is beside them.
MOST_PAGES: Final = 40
# Pixels: readable at the width of half a screen.
WIDTH: Final = 900
# In pixels: a page of any shape stays small enough for memory and screen.
MOST_HEIGHT: Final = 2_700
# Seconds for all pages together; ten pages take about one.
PATIENCE: Final = 30
# Bytes of memory that the process may use: a document can be made to need any amount.
MEMORY: Final = 1_500_000_000


class PageImages(NamedTuple):
    """Hold the folder of a document's pictures."""

    folder: Path

    def path(self, number: int) -> Path:
        """Return the path of the picture of a page, counted from 1."""
        return self.folder / f"page-{number}.png"

    @property
    def drawn(self) -> list[int]:
        """Return the numbers of the pages that have a picture."""
        return [number for number in range(1, MOST_PAGES + 1) if self.path(number).exists()]

    def draw(self, document: bytes) -> None:
        """Draw the pages of a PDF into the folder, as far as it can be drawn."""
        # The file alone is run, and not the package: the process starts faster without its imports.
        command = [sys.executable, "-I", str(Path(__file__)), str(self.folder)]
        # If the process fails or is stopped, the pages drawn so far are kept, and the text of all is there anyway.
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(command, input=document, capture_output=True, timeout=PATIENCE, check=False)


def _draw_in_process(document: bytes, images: PageImages) -> None:
    import pypdfium2  # noqa: PLC0415  (only the process of its own loads it)

    pages = pypdfium2.PdfDocument(document)
    for number in range(min(len(pages), MOST_PAGES)):
        page = pages[number]
        width, height = page.get_size()
        scale = min(WIDTH / max(width, 1), MOST_HEIGHT / max(height, 1))
        # RGB, as PNG wants it; PDFium gives blue first.
        drawn = page.render(scale=scale, rev_byteorder=True)
        beside = images.path(number + 1).with_suffix(".part")
        beside.write_bytes(b"".join(_png(drawn)))
        beside.replace(images.path(number + 1))
        page.close()


def _png(drawn: Any) -> Iterator[bytes]:
    """Yield a picture as PNG (RFC 2083): header, rows that each begin with their filter (none), end."""
    rows = memoryview(drawn.buffer).cast("B")
    used = drawn.width * drawn.n_channels
    data = b"".join(b"\0" + rows[at : at + used] for at in range(0, drawn.stride * drawn.height, drawn.stride))
    # Colour types of PNG by the number of channels: 0 is grey, 2 is RGB, 6 is RGB with alpha.
    colours = {1: 0, 3: 2, 4: 6}[drawn.n_channels]
    yield b"\x89PNG\r\n\x1a\n"
    # Eight bits for each colour, and no interlace: the simplest PNG (PNG specification, 11.2.2).
    yield _png_chunk(b"IHDR", pack(">IIBBBBB", drawn.width, drawn.height, 8, colours, 0, 0, 0))
    # Level six is zlib's own choice between time and size.
    yield _png_chunk(b"IDAT", zlib.compress(data, 6))
    yield _png_chunk(b"IEND", b"")


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))


def _limit_resources() -> None:
    """Limit memory and time of this process, where the system can."""
    try:
        import resource  # noqa: PLC0415  (Windows has none)
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))


if __name__ == "__main__":
    _limit_resources()
    _draw_in_process(sys.stdin.buffer.read(), PageImages(Path(sys.argv[1])))
