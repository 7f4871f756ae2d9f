"""`schemas`: Crossref's XSD bundles, fetched, pinned and verified."""

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option
from doideposit.crossref.schemas.lock import DEFAULT_VERSION
from doideposit.crossref.schemas.store import SchemaStore
from doideposit.crossref.validator.validator import Validator

__all__ = ["schemas"]


@click.group()
def schemas() -> None:
    """Install, list and verify Crossref's schemas."""


@schemas.command("install")
@click.argument("versions", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All known versions.")
@click.option("--force", is_flag=True, help="Fetch again what is already here.")
@click.option("--quiet", is_flag=True, help="Say nothing when there is nothing to do.")
@click.pass_obj
def _install(invocation: Invocation, versions: tuple[str, ...], everything: bool, force: bool, quiet: bool) -> None:
    """Fetch schema bundles from Crossref, or from a pinned package where Crossref cannot be reached.

    Every file must have the SHA-256 of the lock before any is used. Without VERSIONS the current one is installed.
    """
    terminal = invocation.terminal()
    store = SchemaStore.default(announce=terminal.note)
    for version in store.available() if everything else versions or (DEFAULT_VERSION,):
        # Files that are there are verified again: a damaged bundle is fetched again.
        if store.location(version) is not None and not force and not store.verify(version):
            if not quiet:
                terminal.say(f"Crossref {version} is already here: {store.location(version)}")
            continue
        place = store.install(version, force=force)
        # Prepared now, while somebody waits anyway, and not with the first record.
        Validator(store).prepare(version)
        terminal.say(f"Crossref {version} is installed and verified: {place}")


@schemas.command("list")
@json_option
@click.pass_obj
def _list(invocation: Invocation, as_json: bool) -> None:
    """List the versions, and where the installed ones are."""
    terminal = invocation.terminal(as_json=as_json)
    store = SchemaStore.default()
    rows = [(version, store.location(version), store.target(version)) for version in store.available()]
    if as_json:
        documents = [
            {"version": version, "installed": place is not None, "location": str(place or target)}
            for version, place, target in rows
        ]
        terminal.json({"ok": True, "schemas": documents})
        return
    for version, place, target in rows:
        terminal.say(f"{version:<20} {'installed' if place else 'not here ':<10} {place or f'would go to {target}'}")


@schemas.command("verify")
@click.argument("versions", nargs=-1)
@json_option
@click.pass_obj
def _verify(invocation: Invocation, versions: tuple[str, ...], as_json: bool) -> None:
    """Compare every installed file with its pinned SHA-256."""
    terminal = invocation.terminal(as_json=as_json)
    store = SchemaStore.default()
    faults = {version: store.verify(version) for version in versions or store.installed()}
    # Nothing installed is not a success: anyone who verifies expects something to be there.
    good = bool(faults) and not any(faults.values())
    if as_json:
        documents = {
            version: [{"path": str(path), "problem": problem} for path, problem in found.items()]
            for version, found in faults.items()
        }
        terminal.json({"ok": good, "schemas": documents})
    for version, found in faults.items():
        for path, problem in found.items():
            terminal.say(f"{version}: {path}: {problem}")
        if not found:
            terminal.say(f"{version}: every file is as pinned")
    if not faults:
        terminal.say("no schema is installed: run `doideposit schemas install`")
    finish(ExitCode.DONE if good else ExitCode.WORLD)
