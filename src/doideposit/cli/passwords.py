"""Asking a person for a password: on a terminal alone, unseen, once a run."""

import click
from pydantic import SecretStr

from doideposit.cli.terminal import Terminal

__all__ = ["PasswordPrompt"]


class PasswordPrompt:
    """Asks on the terminal without an echo, and remembers the answer until the command ends; None without anyone."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._answers: dict[str, SecretStr] = {}

    def __call__(self, question: str) -> SecretStr | None:
        """The password that answers this question."""
        if not self._terminal.interactive:
            return None
        if question not in self._answers:
            with self._terminal.undrawn():
                self._answers[question] = SecretStr(click.prompt(question, hide_input=True, err=True))
        return self._answers[question]
