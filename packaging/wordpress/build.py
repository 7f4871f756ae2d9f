"""Write the WordPress plugin as a zip file to upload on the page "Plugins"; the same files give the same bytes."""

import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

FOLDER = Path(__file__).parent / "doideposit"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip file can hold


def build(target: Path) -> None:
    """Write the zip file, with the licence of the project in it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    parts = [*sorted(FOLDER.glob("*.php")), *sorted((FOLDER / "languages").iterdir())]
    files = {f"doideposit/{path.relative_to(FOLDER)}": path for path in parts}
    files["doideposit/LICENSE"] = FOLDER.parents[2] / "LICENSE"
    with ZipFile(target, "w") as archive:
        for name, path in files.items():
            entry = ZipInfo(name, FIRST_DAY)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())


if __name__ == "__main__":
    build(Path(sys.argv[1]))
