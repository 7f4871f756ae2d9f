"""Makes the terminal pictures of the documentation by running the commands they show: `python docs/pictures.py`."""

import os
import re
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

IMAGES = Path(__file__).parent / "images"
MISTAKES = """\
series: sadf-coment
number: 258
titel: Prospects for NATO-Japan relations
published: 2023-02-31
authors:
  - given: Siegfried O.
    family: Wolf
    orcid: 0000-0002-1825-0098
url: https://www.example.org/comment-258.pdf
"""


def run(arguments: list[str], folder: Path) -> str:
    """What a command prints, in colour, with the temporary folder left out."""
    environment = os.environ | {"CLICOLOR_FORCE": "1", "COLUMNS": "110"}
    command = [sys.executable, "-m", "doideposit", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.stdout.replace(f"{folder}/", "")


def picture(name: str, title: str, text: str, width: int = 118) -> None:
    """Write one picture as SVG."""
    console = Console(record=True, width=width, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text))
    svg = console.export_svg(title=title, unique_id=f"doideposit-{name}")
    # The theme fetches its font from elsewhere; a picture must not.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    (IMAGES / f"{name}.svg").write_text(svg, encoding="utf-8")


def update(folder: Path) -> None:
    """Show what an update changes, what it would delete, and what goes in two deposits."""
    record = (folder / "demo" / "comment-258.yaml").read_text(encoding="utf-8")
    by, nc = (f"licences: [https://creativecommons.org/licenses/{name}/4.0/]\n" for name in ("by", "by-nc"))
    (folder / "c258.yaml").write_text(record + by, encoding="utf-8")
    run(["deposit", "c258.yaml", "--wait", "60"], folder)
    poorer = re.sub(r"    affiliations:\n      - name: .*\n", "", record).replace(
        "Prospects for", "The prospects of", 1
    )
    (folder / "c258.yaml").write_text(poorer + nc, encoding="utf-8")
    text = run(["deposit", "c258.yaml", "--dry-run", "--allow-loss", "authors"], folder)
    refused = run(["deposit", "c258.yaml", "--dry-run"], folder)
    picture("update", "doideposit deposit c258.yaml", refused)
    picture("update-in-steps", "doideposit deposit c258.yaml --allow-loss authors", text)


def main() -> None:
    """Make all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        picture("demo", "doideposit demo", run(["demo", "--keep", "demo"], folder))
        run(["init", "--preset", "sadf-comment"], folder)
        update(folder)
        (folder / "c258.yaml").write_text(MISTAKES, encoding="utf-8")
        picture("check", "doideposit check c258.yaml", run(["check", "c258.yaml"], folder))


if __name__ == "__main__":
    main()
