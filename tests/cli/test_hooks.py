"""`hooks`: how each stands, and a test message."""

import os

from desk import Desk
from inboxes import OLD


def test_the_command_line_tries_a_hook_and_says_how_each_stands(desk: Desk) -> None:
    text = (desk.folder / "doideposit.toml").read_text()
    assert "no hooks are configured" in desk("hooks").out
    (desk.folder / "after.sh").write_text('#!/bin/sh\ncat >> got\necho "$SECRET" >> got\nexit 5\n')
    (desk.folder / "after.sh").chmod(0o755)
    hook = '\n[hooks.mine]\non = ["registered"]\ncommand = ["./after.sh"]\n'
    desk.write("doideposit.toml", text + hook)
    tried = desk("hooks", "--test", "mine")
    assert (tried.code, "after.sh ended with status 5" in tried.err) == (3, True)
    assert '"event": "test"' in (desk.folder / "got").read_text()
    assert "the next `doideposit run` begins with it" in desk("hooks").out
    desk("run")
    path = desk.record("inbox/c258.yaml")
    os.utime(path, (OLD, OLD))
    assert desk("run").code == 0
    assert desk("poll", "--all").code == 0
    assert desk("run").code == 0, "a hook that fails harms no deposit"
    shown = desk("hooks")
    assert (shown.code, "failed 1 time since" in shown.out) == (3, True)
    assert desk("hooks", "--json").json["hooks"][0]["ok"] is False
    assert desk("hooks", "--test", "other").code == 2
