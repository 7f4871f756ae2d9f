"""The timestamp rule, whatever is thrown at it: strictly greater per DOI, by number alone."""

from hypothesis import given, settings
from hypothesis import strategies as st

from doideposit.sandbox.clock import Clock, Delays
from doideposit.sandbox.simulation import Sandbox
from sandbox_deposits import Batch, Paper, poll, upload

stamps = st.one_of(
    st.integers(0, 30), st.integers(10**9, 10**19 - 1), st.sampled_from([20260901120000000, 20260901120000001])
)
deposits = st.lists(st.tuples(st.sampled_from(["10.5555/a", "10.5555/A", "10.5555/b"]), stamps), min_size=1, max_size=8)


@settings(deadline=None, max_examples=80)
@given(deposits)
def test_exactly_the_rising_timestamps_take_effect(sent: list[tuple[str, int]]) -> None:
    sandbox = Sandbox(clock=Clock(), delays=Delays.none())
    highest: dict[str, int] = {}
    for number, (doi, stamp) in enumerate(sent):
        content = Batch(papers=(Paper(doi=doi, number=doi[-1].lower()),), timestamp=stamp).xml()
        upload(sandbox, content, f"{number}.xml")
        log = poll(sandbox, f"{number}.xml").text
        key = doi.casefold()
        takes = stamp > highest.get(key, -1)
        assert ('status="Success"' in log) is takes
        assert ("is less or equal to previously submitted version" in log) is not takes
        highest[key] = max(stamp, highest.get(key, -1))
    for key, stamp in highest.items():
        history = [one.timestamp for one in sandbox.history(key)]
        assert history == sorted(set(history))
        assert history[-1] == stamp
