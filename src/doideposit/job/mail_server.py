"""Hand mails over: to a mail server, over a verified connection, or to the sendmail program of this machine."""

import smtplib
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
HINT: Final = "check [mail] in the configuration, and the mail server; the next pass tries again"


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
        """Connect, encrypt and log in as for a mail, without sending one. Raises `WorldError`."""
        if self.mail.sendmail is None:
            self._talk_within(lambda server: server.noop(), within)

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
            hint = f"look at [mail] sendmail in the configuration, and try `{program} -i {self.mail.to[0]}` by hand"
            raise WorldError(f"mail could not be handed to {program}: {problem}", hint=hint)

    def _talk_within(self, say: Callable[[smtplib.SMTP], object], within: float) -> None:
        """Talk to the server in a thread that may be left behind, so that no server keeps the job for longer."""
        problems = [f"it did not come to an end within {within:g} seconds"]

        def talk() -> None:
            problems[0] = self._talk(say)

        # A daemon: a talk that hangs must not keep the process from ending.
        talking = threading.Thread(target=talk, name="mail", daemon=True)
        talking.start()
        talking.join(within)
        if problems[0]:
            raise WorldError(f"mail could not be sent by {self.mail.host}: {problems[0]}", hint=HINT)

    def _talk(self, say: Callable[[smtplib.SMTP], object]) -> str:
        """Return what went wrong, or an empty text; the server's own words may repeat secrets, and are not used."""
        try:
            with self._connect() as server:
                if self.mail.username is not None and self.password is not None:
                    server.login(self.mail.username, self.password.get_secret_value())
                say(server)
        except ssl.SSLError:
            # ca_file is read from the disk, and this also says that it holds no certificate.
            return "its encrypted connection failed, or its certificate could not be verified"
        # From the most precise error to the least: the first two are SMTPExceptions, and those are OSErrors.
        except smtplib.SMTPAuthenticationError:
            return "it does not accept the login"
        except smtplib.SMTPRecipientsRefused:
            return "it does not accept the addresses the mail goes to"
        except smtplib.SMTPException as error:
            return f"it did not take the mail ({type(error).__name__})"
        except FileNotFoundError:
            return f"there is no file {self.mail.ca_file} with the certificates, which [mail] ca_file names"
        except (OSError, ValueError):
            return "it could not be reached"
        return ""

    def _connect(self) -> smtplib.SMTP:
        host, port = self.mail.host or "", self.mail.port or PORTS[self.mail.security]
        # The default context verifies certificate and host name: a false server could read the login and every mail.
        context = ssl.create_default_context(cafile=self.mail.ca_file)
        if self.mail.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
        if self.mail.security == "starttls":
            server.starttls(context=context)
        return server
