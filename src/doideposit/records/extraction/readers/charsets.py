"""The names of encodings as servers and pages say them, and as Python knows them."""

__all__ = ["codec_of"]


def codec_of(name: str) -> str:
    """Return the codec for an encoding: what calls itself Latin-1 is read as Windows-1252 (encoding standard, 4.2)."""
    return "cp1252" if name.strip().lower() in {"iso-8859-1", "latin-1", "latin1", "us-ascii"} else name
