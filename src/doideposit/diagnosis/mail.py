"""Check the way to the mail server as far as a mail would go; a test mail goes the whole way."""

import socket
from collections.abc import Iterator
from pathlib import Path

from doideposit.config.settings import Settings
from doideposit.diagnosis.surroundings import DiagnosisContext
from doideposit.diagnosis.values import Check, Realm
from doideposit.job.mail_server import MailServer
from doideposit.job.notices import MailWriter

__all__ = ["check_mail"]


def check_mail(settings: Settings, around: DiagnosisContext, *, send_test_mail: bool = False) -> Iterator[Check]:
    """Check connection, encryption and login of the mail server, or the program; send a mail if asked to."""
    mail = settings.mail
    if mail is None:
        if send_test_mail:
            hint = "add a section [mail] with host, sender and to"
            yield Check.fail("mail", "no mail is configured, so none can be sent", hint, Realm.CONFIGURATION)
        return
    password = settings.mail_password(around.environ)
    if mail.sendmail is not None and not Path(mail.sendmail).is_file():
        hint = "install a mail program that brings it, or name the mail server with [mail] host"
        yield Check.fail("mail", f"there is no program {mail.sendmail}, which [mail] sendmail names", hint)
        return
    if send_test_mail:
        MailServer(mail, password).send(MailWriter(mail, socket.gethostname()).trial(settings.target, around.clock()))
        yield Check.ok("mail", f"a test mail is on its way to {', '.join(mail.to)}: check that it arrives")
        return
    MailServer(mail, password).greet()
    if mail.sendmail is not None:
        yield Check.ok("mail", f"{mail.sendmail} takes the mails; `doideposit doctor --send-test-mail` sends one")
    else:
        who = "" if mail.password is None else f" as {mail.username}, with a password in {mail.password.place}"
        yield Check.ok("mail", f"{mail.host} can be reached{who}; `doideposit doctor --send-test-mail` sends a mail")
