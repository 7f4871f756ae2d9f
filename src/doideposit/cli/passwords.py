"""Asking a person for a password: on a terminal alone, unseen, once a run."""

import click
from pydantic import SecretStr

from doideposit.cli.terminal import Terminal

__all__ = ["PasswordPrompt"]


class PasswordPrompt:
    """Get a password from the person at the terminal, without an echo, and at most once a run."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._answers: dict[str, SecretStr] = {}

    def __call__(self, question: str) -> SecretStr | None:
        """Return the answer to the question; None where nobody can be asked."""
        if not self._terminal.interactive:
            return None
        if question not in self._answers:
            with self._terminal.undrawn():
                self._answers[question] = SecretStr(click.prompt(question, hide_input=True, err=True))
        return self._answers[question]
