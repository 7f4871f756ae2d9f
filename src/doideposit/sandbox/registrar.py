"""The sandbox as a registrar in process: what the HTTPS client is to Crossref, without a socket.

It sorts replies by itself, in its own simple way, and shares nothing with the client.
"""

from pydantic import SecretStr

from doideposit.crossref.registrar import Credentials, Endpoint, Receipt
from doideposit.errors import (
    CredentialsRefused,
    RegistrarBusy,
    RegistrarUnavailable,
    SubmissionForbidden,
    SubmissionInDoubt,
    UnexpectedAnswer,
)
from doideposit.records.models.batch import SealedBatch
from doideposit.sandbox.exchange import Dropped, Reply, Request, UploadedFile
from doideposit.sandbox.simulation import Sandbox

__all__ = ["SANDBOX_CREDENTIALS", "SandboxRegistrar"]

SANDBOX_CREDENTIALS = Credentials("sandbox", SecretStr("sandbox"))


class SandboxRegistrar:
    """Implement `doideposit.crossref.registrar.Registrar` over a `Sandbox`.

    `timeout` is how many seconds a slow reply may take: a later one counts as lost.
    """

    def __init__(
        self, sandbox: Sandbox, credentials: Credentials = SANDBOX_CREDENTIALS, *, timeout: float = 30.0
    ) -> None:
        self.sandbox = sandbox
        self._credentials = credentials
        self._timeout = timeout

    def submit(self, batch: SealedBatch, file_name: str) -> Receipt:
        """Upload the batch; raises as the port says."""
        fields = {
            "operation": Endpoint.operation_of(batch.schema_version),
            "login_id": self._credentials.username,
            "login_passwd": self._credentials.password.get_secret_value(),
        }
        reply = self._send_request(
            Request.post("/servlet/deposit", fields, UploadedFile("fname", file_name, batch.xml))
        )
        # After these a server behind the one that answered may have the file: only asking for it can tell.
        retry = _retry_after(reply)
        if reply is None or reply.status in {500, 502, 504}:
            raise SubmissionInDoubt(
                f"the sandbox gave no usable answer to the upload of {file_name}", retry_after=retry
            )
        # A redirect or a missing page is not a refusal of this file; like any odd page it leaves a doubt.
        if reply.status not in {200, 302, 404} or b'action="/servlet/useragent"' in reply.body:
            self._raise_refusal(reply)
        if reply.status != 200 or b"<h2>SUCCESS</h2>" not in reply.body:  # noqa: PLR2004 - HTTP
            message = f"the sandbox answered {reply.status}, and not that it received {file_name}"
            raise SubmissionInDoubt(message, excerpt=reply.text[:300], retry_after=retry)
        return Receipt(file_name, reply.body)

    def fetch_result(self, file_name: str) -> bytes:
        """Return the result of an upload; raises as the port says."""
        fields = {
            "usr": self._credentials.username,
            "pwd": self._credentials.password.get_secret_value(),
            "file_name": file_name,
            "type": "result",
        }
        reply = self._send_request(Request.post("/servlet/submissionDownload", fields))
        # A server behind the one that answered did not do its work: asking again later can help.
        if reply is None or reply.status in {500, 502, 504}:
            message = f"the sandbox did not answer when asked for {file_name}"
            raise RegistrarUnavailable(message, retry_after=_retry_after(reply))
        self._raise_refusal(reply)
        return reply.body

    def _send_request(self, request: Request) -> Reply | None:
        answer = self.sandbox.handle(request)
        return None if isinstance(answer, Dropped) or answer.delay > self._timeout else answer

    def _raise_refusal(self, reply: Reply) -> None:
        """Raise for every reply that is clearly a refusal."""
        retry = _retry_after(reply)
        if reply.status == 401 or b'action="/servlet/useragent"' in reply.body:  # noqa: PLR2004 - HTTP
            raise CredentialsRefused(f"the sandbox does not accept the login {self._credentials.username!r}")
        if reply.status == 403:  # noqa: PLR2004 - HTTP
            raise SubmissionForbidden("the sandbox refuses this login", retry_after=retry)
        if reply.status == 429:  # noqa: PLR2004 - HTTP
            raise RegistrarBusy("the sandbox asks to wait", retry_after=retry)
        if reply.status == 503:  # noqa: PLR2004 - HTTP
            raise RegistrarUnavailable("the sandbox is not available", retry_after=retry)
        if reply.status != 200:  # noqa: PLR2004 - HTTP
            message = f"the sandbox answered with status {reply.status}"
            raise UnexpectedAnswer(message, excerpt=reply.text[:300], retry_after=retry)


def _retry_after(reply: Reply | None) -> float | None:
    headers = () if reply is None else reply.headers
    return next((float(value) for name, value in headers if name == "Retry-After"), None)
