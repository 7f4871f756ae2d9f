"""Hand mails over: to a mail server, over a verified connection, or to the sendmail program of this machine."""

import smtplib
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final

from pydantic import SecretStr

from doideposit.config.schema import MailSection
from doideposit.errors import WorldError

__all__ = ["MailServer"]

# Seconds the mail server may take for each of its answers.
TIMEOUT: Final = 30.0
# Seconds for the whole talk: a server that sends one letter every 20 seconds never misses the limit above.
WHOLE_TALK: Final = 120.0
# The ports of RFC 8314 for submission, and 25 for a relay on the same machine.
PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
LOOK: Final = "check [mail] in the configuration, and the mail server"
# 250 and 251 say that an address is taken (RFC 5321, section 4.2.3).
ACCEPTED: Final = frozenset({250, 251})
WANTS_MORE: Final = 530
REFUSALS: Final = (
    (smtplib.SMTPAuthenticationError, "it does not accept the login", "check [mail] username and password"),
    (smtplib.SMTPSenderRefused, "it does not accept the sender", "check [mail] sender"),
    (
        smtplib.SMTPRecipientsRefused,
        "it does not accept the recipients",
        "check [mail] to; many servers send mails to other domains only after a login",
    ),
    (smtplib.SMTPConnectError, "it refused the connection", LOOK),
)
# From the most precise error to the least: all of them are OSErrors.
NO_CONNECTION: Final = (
    (
        ssl.SSLCertVerificationError,
        "its certificate could not be verified",
        "use the server name in its certificate, or set [mail] ca_file to the file with its issuer",
    ),
    (
        ssl.SSLError,
        "its encrypted connection failed on port {port}",
        'check [mail] security and port: "tls" usually goes with 465, and "starttls" with 587',
    ),
    (socket.gaierror, "there is no server of this name", "check [mail] host, and the DNS of this machine"),
    (ConnectionRefusedError, "nothing listens on its port {port}", "check [mail] port, and that the server runs"),
    (TimeoutError, "it does not answer on port {port}", "check [mail] host and port; a firewall must let it through"),
)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Hand mails over to the server, or the program, that the configuration names; `password` is for the server."""

    mail: MailSection
    password: SecretStr | None

    def send(self, message: EmailMessage, *, within: float = WHOLE_TALK) -> None:
        """Hand a mail over; raises `WorldError`. It takes `within` seconds at most."""
        if self.mail.sendmail is not None:
            self._hand_to_program(self.mail.sendmail, message, within)
        else:
            self._talk_within(lambda server: server.send_message(message), within)

    def greet(self, *, within: float = 20.0) -> None:
        """Connect, encrypt, log in, and name sender and recipients as for a mail, which is not sent.

        Many servers tell only then that they want a login or encryption, or carry no mails to these addresses. Raises
        `WorldError`.
        """
        if self.mail.sendmail is None:
            self._talk_within(self._name_addresses, within)

    def _name_addresses(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        code, said = server.mail(self.mail.sender)
        if code not in ACCEPTED:
            raise smtplib.SMTPSenderRefused(code, said, self.mail.sender)
        answers = {name: server.rcpt(name) for name in self.mail.to}
        refused = {name: answer for name, answer in answers.items() if answer[0] not in ACCEPTED}
        # Only where nobody is accepted a mail fails: `smtplib` sends it to those who are.
        if len(refused) == len(answers):
            raise smtplib.SMTPRecipientsRefused(refused)
        server.rset()

    def _hand_to_program(self, program: str, message: EmailMessage, within: float) -> None:
        # -i: a line with a single dot does not end the mail; -f: where a mail that cannot be delivered comes back to.
        command = [program, "-i", "-f", self.mail.sender, "--", *self.mail.to]
        try:
            done = subprocess.run(command, input=message.as_bytes(), capture_output=True, timeout=within, check=False)
            problem = f"it ended with status {done.returncode}" if done.returncode else ""
        except subprocess.TimeoutExpired:
            problem = f"it took longer than {within:g} seconds"
        except OSError as error:
            problem = f"it cannot be run: {error.strerror or error}"
        if problem:
            hint = f"check [mail] sendmail in the configuration, and try `{program} -i {self.mail.to[0]}` by hand"
            raise WorldError(f"mail could not be handed to {program}: {problem}", hint=hint)

    def _talk_within(self, say: Callable[[smtplib.SMTP], object], within: float) -> None:
        """Talk to the server in a thread that may be left behind, so that no server keeps the job for longer."""
        problems = [(f"it did not finish within {within:g} seconds", LOOK)]

        def talk() -> None:
            problems[0] = self._talk(say)

        # A daemon: a talk that hangs must not keep the process from ending.
        talking = threading.Thread(target=talk, name="mail", daemon=True)
        talking.start()
        talking.join(within)
        problem, advice = problems[0]
        if problem:
            hint = f"{advice}; the next pass tries again"
            raise WorldError(f"mail could not be sent by {self.mail.host}: {problem}", hint=hint)

    def _talk(self, say: Callable[[smtplib.SMTP], object]) -> tuple[str, str]:
        """Return what went wrong and what to look at, or empty texts."""
        try:
            # The default context verifies certificate and host name: a false server could read the login and all mails.
            context = ssl.create_default_context(cafile=self.mail.ca_file)
        except (OSError, ValueError):
            problem = (
                f"the file {self.mail.ca_file}, which [mail] ca_file names, contains no certificates or does not exist"
            )
            return problem, "correct the path, or delete ca_file if this machine trusts the server anyway"
        try:
            with self._connect(context) as server:
                if self.mail.username is not None and self.password is not None:
                    server.login(self.mail.username, self.password.get_secret_value())
                say(server)
        # The server's own words may repeat secrets: they are never used, and its codes are.
        except smtplib.SMTPException as error:
            return _refusal(error)
        except (OSError, ValueError) as error:
            port = self.mail.port or PORTS[self.mail.security]
            return _no_connection(error, port)
        # This thread has nobody to catch an exception: what came of the talk would never be told.
        except Exception as error:  # noqa: BLE001
            return f"its answers could not be read ({type(error).__name__})", LOOK
        return "", ""

    def _connect(self, context: ssl.SSLContext) -> smtplib.SMTP:
        host, port = self.mail.host or "", self.mail.port or PORTS[self.mail.security]
        if self.mail.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
        if self.mail.security == "starttls":
            server.starttls(context=context)
        return server


def _refusal(error: smtplib.SMTPException) -> tuple[str, str]:
    """Return what a mail server refused, and what to look at."""
    code = getattr(error, "smtp_code", None)
    # RFC 3207 and RFC 4954 have the same code for "encrypt first" and for "log in first".
    if code == WANTS_MORE:
        advice = 'give [mail] username and password, or set security = "starttls"'
        return f"it accepts mails only after encryption or a login (code {code})", advice
    for kind, problem, advice in REFUSALS:
        if isinstance(error, kind):
            return problem if code is None else f"{problem} (code {code})", advice
    if isinstance(error, smtplib.SMTPNotSupportedError):
        # smtplib's own text, which names what is missing; it holds nothing from the server.
        if "STARTTLS" in str(error):
            return "it offers no STARTTLS", 'set [mail] security = "tls" if it has a port for that, usually 465'
        advice = 'delete [mail] username and password, or set security = "starttls", which many servers require'
        return "it accepts no login on this connection", advice
    return f"it did not accept the mail ({type(error).__name__ if code is None else f'code {code}'})", LOOK


def _no_connection(error: OSError | ValueError, port: int) -> tuple[str, str]:
    """Return why there is no connection, and what to look at."""
    for kind, problem, advice in NO_CONNECTION:
        if isinstance(error, kind):
            return problem.format(port=port), advice
    return f"it could not be reached on port {port}", LOOK
