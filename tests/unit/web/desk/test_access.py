"""DeskAccounts: right passwords come in, wrong ones are slowed down, and a one-time address works once."""

import pytest
from pydantic import SecretStr

from doideposit.errors import ConfigurationError
from doideposit.web.desk.access import DeskAccounts, DeskRole

PASSWORD = "a password of some length"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def accounts(clock: Clock) -> DeskAccounts:
    roles = frozenset({DeskRole.EDIT})
    return DeskAccounts({"anna": (SecretStr(PASSWORD), roles), "proxy": (None, roles)}, monotonic=clock)


def test_a_right_password_comes_in_and_a_wrong_one_does_not() -> None:
    known = accounts(Clock())
    anna = known.sign_in("anna", PASSWORD)
    assert anna is not None
    assert anna.may(DeskRole.EDIT)
    assert anna.may(DeskRole.VIEW)
    assert not anna.may(DeskRole.REGISTER)
    assert known.sign_in("anna", "wrong") is None
    assert known.sign_in("nobody", PASSWORD) is None
    assert known.sign_in("proxy", "") is None


def test_guessing_is_slowed_down_for_one_account_and_not_for_others() -> None:
    clock = Clock()
    known = accounts(clock)
    for _ in range(10):
        assert known.sign_in("anna", "wrong") is None
    assert known.sign_in("anna", PASSWORD) is None
    clock.now = 60.0
    assert known.sign_in("anna", PASSWORD) is not None


def test_signing_in_often_is_no_guessing() -> None:
    known = accounts(Clock())
    assert all(known.sign_in("anna", PASSWORD) for _ in range(15))


def test_a_one_time_token_works_once() -> None:
    known = accounts(Clock())
    token = known.one_time_token()
    assert not known.use_token("another")
    assert known.use_token(token)
    assert not known.use_token(token)


def test_a_short_password_is_refused_without_showing_it() -> None:
    with pytest.raises(ConfigurationError) as error:
        DeskAccounts({"anna": (SecretStr("swordfish"), frozenset(DeskRole))})
    assert "swordfish" not in str(error.value)
