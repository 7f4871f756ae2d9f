"""A receiver of webhooks in a process of its own: it checks signatures, and answers as a file beside it says.

`python webhook_receiver.py FOLDER` prints its port, reads `FOLDER/mode` at each message, and writes every message that
it took, one JSON object a line, to `FOLDER/taken`.
"""

import base64
import hashlib
import hmac
import json
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SECRET = "whsec_" + base64.b64encode(b"the key of this receiver").decode()
FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()


def is_genuine(headers: Any, body: bytes) -> bool:
    """Tell whether a message is signed as the how-to about hooks has it; how fresh it is, the test compares."""
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(wanted, headers["webhook-signature"])


class Handler(BaseHTTPRequestHandler):
    """Take messages, or not."""

    def do_POST(self) -> None:
        mode = (FOLDER / "mode").read_text()
        if mode == "reset":
            # The connection is closed while the message is still being sent.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.connection.close()
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if mode == "hang":
            # Until the other side has had enough of it.
            self.rfile.read(1)
        elif mode == "half":
            self.wfile.write(b"HTTP/1.1 20")
        elif mode == "noise":
            self.wfile.write(b"\0\1 what is this\r\n\r\n")
        elif mode.isdigit():
            self.send_response(int(mode))
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_address[1]}/elsewhere")
            self.end_headers()
        else:
            self.take(body)
            self.send_response(200)
            # A body that is announced, and breaks off: the message was taken all the same.
            self.send_header("Content-Length", "5000" if mode == "cut" else "2")
            self.end_headers()
            self.wfile.write(b"ok")

    def take(self, body: bytes) -> None:
        """Write down a message that was taken."""
        taken = {
            "path": self.path,
            "id": self.headers["webhook-id"],
            "at": int(self.headers["webhook-timestamp"]),
            "genuine": is_genuine(self.headers, body),
            "message": json.loads(body),
        }
        with (FOLDER / "taken").open("a", encoding="utf-8") as file:
            file.write(json.dumps(taken) + "\n")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int((FOLDER / "port").read_text())), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
