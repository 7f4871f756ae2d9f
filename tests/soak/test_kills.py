"""Kill tests: the plug is pulled at every step, and nothing is lost or doubled. `make soak` runs all of them."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from soak.killing import IN_STEPS, Figures, Life, Zygote, every_third_run, in_steps, watched

FAULTS = {
    "calm": (),
    "answer lost": (("drop_after_accept", None),),
    "upload lost": (("drop_before_body", None),),
    "outage": (("status", "503"),),
    "gateway": (("status_after_accept", "502"),),
}
SOME_FAULTS = (
    ("drop_after_accept", None),
    ("drop_before_body", None),
    ("status", "503"),
    ("status", "500"),
    ("status_after_accept", "504"),
    ("unknown_for", "4"),
    ("poll_garbage", "html"),
    ("retry_after", "20"),
)


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as one:
        yield one


def every_step(
    zygote: Zygote, folder: Path, figures: Figures, faults: str, first: int = 1, stride: int = 1, **life: Any
) -> int:
    """Kill every third run at its n-th step, for growing n, until no run has as many; returns the last n that one had."""
    for step in itertools.count(first, stride):
        place = folder / f"{faults}-{step}".replace(" ", "-")
        place.mkdir()
        one = Life(zygote, place, figures, every_third_run(step), FAULTS[faults], **life)
        one.live()
        shutil.rmtree(place)
        if not one.reached:
            return step - stride
    raise AssertionError


def random_life(zygote: Zygote, folder: Path, figures: Figures, seed: int) -> None:
    """Several faults, and runs that die at any step, again and again."""
    random = Random(seed)
    place = folder / f"random-{seed}"
    place.mkdir()
    faults = [random.choice(SOME_FAULTS) for _ in range(random.randint(0, 4))]
    Life(zygote, place, figures, lambda _: random.randint(1, 40) if random.random() < 0.4 else None, faults).live()
    shutil.rmtree(place)


@pytest.mark.slow
@pytest.mark.network_loopback
@pytest.mark.parametrize(("faults", "first"), [("calm", 3), ("answer lost", 1), ("upload lost", 5)])
def test_runs_killed_at_some_of_their_steps_lose_and_double_nothing(
    zygote: Zygote, tmp_path: Path, faults: str, first: int
) -> None:
    figures = Figures()
    assert every_step(zygote, tmp_path, figures, faults, first, stride=6) >= 9
    assert figures.kills >= 6
    assert (figures.lost, figures.doubled) == (0, 0)


@pytest.mark.acceptance
@pytest.mark.slow
@pytest.mark.network_loopback
@pytest.mark.parametrize(
    ("faults", "first"),
    [
        pytest.param("calm", 1, marks=pytest.mark.acceptance),
        ("answer lost", 3),
        pytest.param("upload lost", 2, marks=pytest.mark.acceptance),
    ],
)
def test_an_update_in_two_steps_killed_at_some_of_its_steps_is_finished(
    zygote: Zygote, tmp_path: Path, faults: str, first: int
) -> None:
    figures = Figures()
    assert every_step(zygote, tmp_path, figures, faults, first, stride=5, phases=IN_STEPS, check=in_steps) >= 12
    assert figures.kills >= 6
    assert figures.doubled == 0


@pytest.mark.slow
@pytest.mark.network_loopback
def test_a_pass_over_what_is_registered_killed_at_some_of_its_steps_goes_on(zygote: Zygote, tmp_path: Path) -> None:
    figures = Figures()
    phases = IN_STEPS[:1]
    assert every_step(zygote, tmp_path, figures, "calm", 2, stride=6, phases=phases, check=watched) >= 12
    assert figures.kills >= 4


@pytest.mark.slow
@pytest.mark.network_loopback
@pytest.mark.parametrize(
    "seed", [pytest.param(0, marks=pytest.mark.acceptance), 1, pytest.param(2, marks=pytest.mark.acceptance)]
)
def test_lives_full_of_kills_and_faults_end_well(zygote: Zygote, tmp_path: Path, seed: int) -> None:
    figures = Figures()
    random_life(zygote, tmp_path, figures, seed)
    assert (figures.lost, figures.doubled) == (0, 0)


@pytest.mark.soak
@pytest.mark.network_loopback
def test_at_least_three_hundred_kills(zygote: Zygote, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = Figures()
    for faults in FAULTS:
        steps = every_step(zygote, tmp_path, figures, faults)
        with capsys.disabled():
            print(f"\nsoak: {faults}: runs have up to {steps} steps, each was the last one; {figures}")
    for seed in range(1000, 1040):
        random_life(zygote, tmp_path, figures, seed)
    (tmp_path / "steps").mkdir()
    with capsys.disabled():
        for faults in FAULTS:
            steps = every_step(zygote, tmp_path / "steps", figures, faults, phases=IN_STEPS, check=in_steps)
            print(f"soak: two steps, {faults}: runs have up to {steps} steps, each was the last one; {figures}")
        print(f"soak: {figures}")
    assert figures.kills >= 300
    assert (figures.lost, figures.doubled) == (0, 0)
