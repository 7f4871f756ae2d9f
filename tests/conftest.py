"""Every test has a time limit, and the processes that tests start get the default signal handlers."""

import signal
import socket
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

# How fast a machine makes up inputs says nothing about the code.
settings.register_profile("any machine", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

SLOW_SECONDS: Final = 600
SOAK_SECONDS: Final = 2 * 3600


def _pass_over(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the signal stays without effect here."""


def restore_signals(numbers: Iterable[signal.Signals]) -> None:
    """Replace ignored signals by handlers, so that child processes do not inherit "ignored".

    A shell starts a background job with SIGINT ignored, and nohup ignores SIGHUP. What is ignored stays ignored in a new
    program, while a handler is replaced by the default action (POSIX, execve): with SIGINT ignored the tests that
    interrupt a command waited for ever.
    """
    for number in numbers:
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else _pass_over)


restore_signals([signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])


@pytest.fixture
def free_port() -> Iterator[int]:
    """A port of this machine on which nobody listens, and that no other process gets meanwhile.

    It is bound and does not listen: whoever connects is refused. A server of the test can still take it, because both
    allow that an address is used again; a system that hands out ports does not look at that.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    _leave_out_acceptance(config, items)
    for item in items:
        if item.get_closest_marker("timeout") is not None:
            continue
        if item.get_closest_marker("soak") is not None:
            item.add_marker(pytest.mark.timeout(SOAK_SECONDS))
        elif item.get_closest_marker("slow") is not None:
            item.add_marker(pytest.mark.timeout(SLOW_SECONDS))


def _leave_out_acceptance(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what does not fit into the minutes of `make test`, unless it is asked for by marker, file or name."""
    asked = "acceptance" in config.getoption("markexpr") or any(".py" in argument for argument in config.args)
    left_out = [] if asked else [item for item in items if item.get_closest_marker("acceptance") is not None]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item.get_closest_marker("acceptance") is None]
