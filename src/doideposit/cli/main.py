"""The group of all commands; each command's module is imported only when that command runs."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from doideposit.cli.boundary import SENDING, guarded
from doideposit.cli.invocation import Invocation
from doideposit.errors import UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["cli", "run"]

GROUPS: dict[str, dict[str, tuple[str, str, str]]] = {
    # command: (module, attribute, one line for the overview)
    "Every month": {
        "new": ("new", "new", "Write a record to fill in, asking for title, date and authors."),
        "extract": ("extract", "extract", "Draft a record from a finished document, to be reviewed."),
        "check": ("check", "check", "Check records: model, rules, XML and Crossref's schema. Sends nothing."),
        "deposit": ("deposit", "deposit", "Check records or deposit files, and send them to Crossref."),
        "desk": ("desk", "desk", "Open the pages for staff in the browser."),
        "plan": ("plans", "plan", "Write what would be deposited into a file, for another person to read."),
        "approve": ("plans", "approve", "Approve the plan that another person made."),
        "apply": ("plans", "apply", "Deposit what a plan file holds, or refuse it when anything changed."),
        "poll": ("deposit", "poll", "Ask Crossref once for the results of everything outstanding."),
        "status": ("status", "status", "Show the state of your DOIs, from the ledger."),
        "write-back": ("write_back", "write_back", "Put registered DOIs into the headers of their documents."),
        "tags": ("tags", "tags", "Print the citation of a commentary and the tags for its landing page."),
        "report": ("report", "report", "Write the state of everything as one HTML page."),
        "explain": ("explain", "explain", "Explain a word, or the code of a finding, with examples."),
    },
    "Maintain what is registered": {
        "adopt": ("adopt", "adopt", "Take over DOIs that were registered elsewhere, with a record file each."),
        "audit": ("health", "audit", "Check a series for gaps, duplicates and misprints, and say who acts next."),
        "pages": ("health", "pages", "Check that landing pages exist and show the DOI."),
        "references": (
            "references",
            "references",
            "Show which references Crossref matched, and which are dead or wrong; correct them.",
        ),
        "move": ("move", "move", "Move DOIs to the new addresses in a table, and prove each."),
        "correct": ("correct", "correct", "Correct a registered work with a notice."),
        "retract": ("correct", "retract", "Retract a registered work with a notice, and mark it."),
        "withdraw": ("correct", "withdraw", "Withdraw a registered work with a notice, and mark it."),
        "remove": ("correct", "remove", "Mark a registered work as removed."),
        "history": ("status", "history", "Show the history of one DOI."),
        "verify": ("settling", "verify", "Check that registered DOIs lead readers to their pages."),
        "drift": ("drift", "drift", "Show what others changed in registered records; accept it, or restore yours."),
        "warnings": ("warnings", "warnings", "List what Crossref warned about: conflicts, and what to do about each."),
        "acknowledge": ("settling", "acknowledge", "Dismiss a warning or a failure of a DOI, with the reason."),
        "abandon": ("settling", "abandon", "Give up a deposit that is under way, with the reason."),
        "ledger": ("ledger", "ledger", "Back up, check, export and import the ledger."),
    },
    "Set up": {
        "demo": ("demo", "demo", "Show the whole process with a real commentary and a simulated Crossref."),
        "init": ("init", "init", "Write a configuration file, with explanations."),
        "doctor": ("doctor", "doctor", "Check the installation and configuration, and say what to do."),
        "config": ("config", "config", "Show the settings in use and where each comes from."),
        "run": ("run", "run_job", "The scheduled job: inbox, deposit, poll, report, exit."),
        "hooks": ("hooks", "hooks", "Check the hooks of the scheduled job, and test one."),
        "completion": ("completion", "completion", "Print the script that lets your shell complete commands with Tab."),
        "schemas": ("schemas", "schemas", "Install, list and verify Crossref's schemas."),
        "support-bundle": ("support", "support_bundle", "Pack an archive for support, without secrets."),
    },
    "For developers": {
        "build": ("check", "build", "Write the deposit XML of records."),
        "validate": ("check", "validate", "Check any Crossref deposit file against the XSD."),
        "sandbox": ("sandbox", "sandbox", "Run a simulated Crossref as an HTTP server."),
        "serve": ("serve", "serve", "Run the JSON API, and the pages for several people."),
    },
}
COMMANDS = {name: row for group in GROUPS.values() for name, row in group.items()}

EPILOG = """\b
Exit codes: 0 done; 1 a record has errors, or Crossref rejected it;
2 usage or configuration; 3 network, Crossref or ledger failed:
try again later; 4 still pending when --wait ran out; 130 interrupted."""


class _LazyGroup(click.Group):
    """Find a command by its name, and import it only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every command that this installation has, in the order people meet them."""
        del ctx
        return [name for name in COMMANDS if _is_installed(name)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command itself, imported now."""
        del ctx
        if cmd_name not in COMMANDS or not _is_installed(cmd_name):
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"doideposit.cli.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview, from the table above: `--help` imports no command."""
        there = self.list_commands(ctx)
        width = max(map(len, there))
        for title, group in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), row[2]) for name, row in group.items() if name in there])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was perhaps meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            near = _command_meant(args[0], self.list_commands(ctx))
            end = " " if near.endswith("?") else "; "
            hint = f"{near}{end if near else ''}`doideposit --help` lists the commands"
            raise UsageError(f"there is no command “{args[0]}”", hint=hint) from None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Return the commands that begin with the text, with their help; pressing Tab imports no command."""
        from click.shell_completion import CompletionItem

        found = [
            CompletionItem(name, help=COMMANDS[name][2])
            for name in self.list_commands(ctx)
            if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]


# Words of git, of package managers and of web forms, with the command that does the same here.
_DOES: Final[dict[str, str]] = {
    "send submit register upload publish update": "`doideposit deposit RECORD` does that",
    "list ls dir show view info": "`doideposit status` shows all DOIs",
    "create add write begin": "`doideposit new NUMBER` writes a record to fill in",
    "import convert read word docx pdf": "`doideposit extract DOCUMENT` drafts a record from a document",
    "setup configure start install": "`doideposit init` writes the configuration",
    "log story": "`doideposit history NUMBER` shows the history of a DOI",
    "rehearse test try": "`doideposit deposit RECORD` rehearses in the sandbox, unless another target is named",
    "cite citation": "`doideposit tags NUMBER` prints the citation",
    "open web gui browser pages-for-staff": "`doideposit desk` opens the pages in the browser",
    "edit fix": "correct the record file in an editor, then run `doideposit check RECORD` and deposit it again",
    "delete undo": (
        "a registered DOI stays: correct its record and deposit it again; `doideposit withdraw` marks a withdrawn work"
    ),
    "cancel stop": "`doideposit abandon NUMBER` gives up a deposit that is under way",
    "backup": "`doideposit ledger backup FILE` does that",
    "login password credentials": (
        "the login is in [credentials.production] of doideposit.toml; `doideposit doctor` checks it"
    ),
    "help": "`doideposit COMMAND --help` shows what a command takes",
    "version": "`doideposit --version` shows it",
}
MEANT: Final = {word: does for words, does in _DOES.items() for word in words.split()}


def _command_meant(word: str, commands: Sequence[str]) -> str:
    """Return the command that does what a word means, or the one with the nearest name; empty if none is near."""
    from difflib import get_close_matches

    if word.casefold() in MEANT:
        return MEANT[word.casefold()]
    # Stricter than for commands: below this likeness it is another word, and no misspelling.
    near = get_close_matches(word, commands, 1) or get_close_matches(word.casefold(), MEANT, 1, cutoff=0.8)
    if not near:
        return ""
    return MEANT[near[0]] if near[0] not in commands else f"did you mean “{near[0]}”?"


def _is_installed(command: str) -> bool:
    return (Path(__file__).parent / f"{COMMANDS[command][0]}.py").exists()


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from doideposit.cli.about import version_text

    click.echo(version_text())
    ctx.exit()


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    epilog=EPILOG,
    # A hundred columns: wider lines are hard to read, whatever the terminal can show.
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration file [default: doideposit.toml, here or in a folder above; or DOIDEPOSIT_CONFIG].",
)
@click.option("--plain", is_flag=True, help="No colour and no drawing, even if the terminal supports them.")
@click.option("--debug", is_flag=True, help="Show tracebacks; they contain no secret.")
@click.option(
    "--version", is_flag=True, callback=_print_version, expose_value=False, is_eager=True, help="Show the versions."
)
@click.pass_context
def cli(ctx: click.Context, config_path: Path | None, plain: bool, debug: bool) -> None:
    """Register DOIs for numbered commentaries with Crossref: check, deposit, follow up, remember.

    Without a command it says where you are, what is outstanding, and what comes next. Begin with `doideposit demo`,
    then `doideposit init`.
    """
    ctx.obj = Invocation(config_path=config_path, plain=plain, debug=debug)
    if ctx.invoked_subcommand is None:
        from doideposit.cli.start import show_start

        show_start(ctx.obj)


def run(arguments: list[str]) -> int:
    """Run the command line on these arguments and return the exit code."""
    options: dict[str, Any] = {name: f"--{name}" in arguments for name in ANYWHERE}
    # Commands stand among the first words; a file further on may have the name of one.
    options |= {"as_json": "--json" in arguments, "sending": any(argument in SENDING for argument in arguments[:4])}
    arranged = _move_global_options(arguments)
    return guarded(lambda: cli.main(arranged, prog_name="doideposit", standalone_mode=False), **options)


ANYWHERE = ("plain", "debug")


def _move_global_options(arguments: list[str]) -> list[str]:
    """Move global options to the front, so that people may write them anywhere."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    flags = [f"--{name}" for name in ANYWHERE if f"--{name}" in arguments[:end]]
    return flags + [argument for argument in arguments[:end] if argument not in flags] + arguments[end:]
