"""The WordPress plugin on one post, in PHP processes, over the API behind a port of this machine."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from api_client import ApiClient

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "packaging" / "wordpress" / "doideposit" / "doideposit.php"

__all__ = ["PLUGIN", "Site", "wordpress_on"]


@dataclass
class Site:
    """The plugin on one post, in a PHP process for each call, as WordPress has one for each request."""

    cms: ApiClient
    url: str
    meta: dict[str, Any] = field(default_factory=lambda: {"commentary_number": "258"})
    kinds: dict[str, str] = field(default_factory=dict)
    post: dict[str, str] = field(
        default_factory=lambda: {
            "post_title": "Prospects for <em>NATO</em>&#8211;Japan relations",
            "post_date": "2023-09-14 23:30:00",
        }
    )

    def __call__(self, function: str) -> Any:
        asked = {"url": self.url, "token": self.cms.token, "plugin": str(PLUGIN), "call": function}
        done = subprocess.run(
            ["php", ROOT / "tests" / "wordpress" / "site.php"],
            input=json.dumps({**asked, "post": self.post, "meta": self.meta}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        data = json.loads(done.stdout)
        self.meta = data["meta"]
        # What is told comes as sentences, each with the kind of its box; the tests read the sentences.
        if function == "doideposit_register":
            self.kinds = data["answer"]
            return list(self.kinds)
        return data["answer"]


@contextmanager
def wordpress_on(cms: ApiClient) -> Iterator[Site]:
    """Serve the API of a CMS, and yield a site that uses it."""
    server = make_server("127.0.0.1", 0, cms.app, threaded=True)
    server.log_startup = lambda: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Site(cms, f"http://127.0.0.1:{server.server_port}/")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
