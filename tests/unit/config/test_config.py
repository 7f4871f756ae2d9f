"""The configuration: three layers, where each value comes from, and every fault at once with its line."""

import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from doideposit.config.loading import FILE_NAME, load
from doideposit.config.monitoring_schema import HookSection, MailboxSection
from doideposit.config.schema import ConfigurationFile, PasswordReference, Section
from doideposit.config.settings import Settings
from doideposit.errors import ConfigurationError
from doideposit.findings import Finding, Severity
from doideposit.records.identifiers import Doi, Issn

SECRET = "geheim-4711"
GOOD = """\
target = "sandbox"

[depositor]
name = "South Asia Democratic Forum"
email = "info@sadf.eu"
registrant = "South Asia Democratic Forum"

[credentials.production]               # the same for credentials.test
username = "staff@example.org/role"
password = { env = "CROSSREF_PASSWORD" }

[targets.test]
url = "http://127.0.0.1:8080/"

[ledger]
url = "sqlite:///doideposit.sqlite3"

[series.sadf-comment]
title = "SADF Comment"
issn = "2406-5617"
issn_medium = "electronic"
prefix = "10.48251"
doi = "{prefix}/SADF.ISSN.{issn}.C{number}"
url = "https://www.sadf.eu/comment-{number}/"
record_type = "report-series"
language = "en"
publisher = { name = "South Asia Democratic Forum", place = "Brussels" }
institution = { name = "South Asia Democratic Forum", acronym = "SADF", place = "Brussels" }
"""
NOTHING: Mapping[str, str] = MappingProxyType({})


def written(folder: Path, text: str) -> Path:
    path = folder / FILE_NAME
    path.write_text(text)
    return path


def loaded(folder: Path, text: str, environ: Mapping[str, str] = NOTHING, **overrides: object) -> Settings:
    written(folder, text)
    return load(environ=environ, cwd=folder, overrides=overrides)


def faults(folder: Path, text: str, environ: Mapping[str, str] = NOTHING, **overrides: object) -> tuple[Finding, ...]:
    with pytest.raises(ConfigurationError) as caught:
        loaded(folder, text, environ, **overrides)
    error = caught.value
    assert error.exit_code == 2
    assert error.findings
    assert error.__cause__ is None
    assert error.__context__ is None
    shown = f"{error} {error.hint} {error.to_dict()} {error.findings}"
    assert SECRET not in shown
    return error.findings


def test_the_file_of_the_contract_is_read(tmp_path: Path) -> None:
    settings = loaded(tmp_path, GOOD)
    assert settings.target == "sandbox"
    assert settings.depositor is not None
    assert settings.depositor.email == "info@sadf.eu"
    assert settings.credentials["production"].username == "staff@example.org/role"
    assert settings.credentials["production"].password == PasswordReference(env="CROSSREF_PASSWORD")
    assert settings.targets["test"].url == "http://127.0.0.1:8080"
    assert settings.ledger_url == f"sqlite:///{tmp_path}/doideposit.sqlite3"
    assert settings.sandbox.state == tmp_path / "doideposit-sandbox.sqlite3"
    assert settings.path == tmp_path / FILE_NAME
    series = settings.series["sadf-comment"]
    assert (series.name, series.issn) == ("sadf-comment", Issn.parse("2406-5617"))
    assert series.doi_for("258") == Doi.parse("10.48251/SADF.ISSN.2406-5617.C258")


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "")
    assert settings.target == "sandbox"
    assert settings.schema_version == "5.5.0"
    assert settings.ledger_url == f"sqlite:///{tmp_path}/doideposit.sqlite3"
    assert settings.origins["target"] == "default"
    assert set(settings.origins.values()) == {"default"}


def test_without_a_file_there_is_a_hint_to_write_one_unless_none_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(environ={}, cwd=tmp_path)
    assert "doideposit init" in caught.value.hint
    settings = load(environ={"DOIDEPOSIT_TARGET": "test"}, cwd=tmp_path, required=False)
    assert (settings.target, settings.path) == ("test", None)
    assert settings.ledger_url == f"sqlite:///{tmp_path}/doideposit.sqlite3"


def test_the_nearest_file_upwards_is_found(tmp_path: Path) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="there is no"):
        load(environ={}, cwd=below)
    written(tmp_path, "")
    assert load(environ={}, cwd=below, required=False).path == tmp_path / FILE_NAME
    written(tmp_path / "a", 'target = "test"')
    settings = load(environ={}, cwd=below)
    assert settings.target == "test"
    assert settings.ledger_url == f"sqlite:///{tmp_path}/a/doideposit.sqlite3"


def test_a_named_file_wins_over_the_variable_and_the_variable_over_the_nearest(tmp_path: Path) -> None:
    for name, target in (("a.toml", "test"), ("b.toml", "production"), (FILE_NAME, "sandbox")):
        (tmp_path / name).write_text(f'target = "{target}"')
    environ = {"DOIDEPOSIT_CONFIG": "a.toml"}
    assert load(environ=environ, cwd=tmp_path).target == "test"
    assert load(Path("b.toml"), environ=environ, cwd=tmp_path).target == "production"
    assert load(environ={}, cwd=tmp_path).target == "sandbox"
    with pytest.raises(ConfigurationError) as caught:
        load(Path("c.toml"), environ={}, cwd=tmp_path)
    assert [finding.code for finding in caught.value.findings] == ["file-missing"]


def test_flags_win_over_the_environment_and_the_environment_over_the_file(tmp_path: Path) -> None:
    environ = {
        "DOIDEPOSIT_TARGET": "test",
        "DOIDEPOSIT_DEPOSITOR__EMAIL": "crossref@sadf.eu",
        "DOIDEPOSIT_LEDGER__URL": "postgresql://depositor@db.example.org/ledger",
        "DOIDEPOSIT_SERIES__SADF_COMMENT__URL": "https://sadf.eu/{number}",
        "DOIDEPOSIT_SERIES__SADF_COMMENT__LABELS": '["COMMENT", "SADF COMMENT"]',
        "DOIDEPOSIT_LIMITS__RECORDS_PER_SUBMISSION": "7",
        "DOIDEPOSIT_CREDENTIALS__TEST": '{"username": "role", "password": {"keyring": true}}',
        "HOME": "/home/x",
    }
    settings = loaded(tmp_path, GOOD, environ, target="production")
    assert settings.target == "production"
    assert settings.depositor is not None
    assert settings.depositor.email == "crossref@sadf.eu"
    assert settings.depositor.name == "South Asia Democratic Forum"
    assert settings.ledger_url == "postgresql+psycopg://depositor@db.example.org/ledger"
    assert settings.series["sadf-comment"].url == "https://sadf.eu/{number}"
    assert settings.series["sadf-comment"].labels == ("COMMENT", "SADF COMMENT")
    assert settings.limits.records_per_submission == 7
    assert settings.credentials["test"].password == PasswordReference(keyring=True)
    expected = {
        "target": "flag",
        "depositor.email": "environment DOIDEPOSIT_DEPOSITOR__EMAIL",
        "depositor.name": "file doideposit.toml:4",
        "series.sadf-comment.url": "environment DOIDEPOSIT_SERIES__SADF_COMMENT__URL",
        "series.sadf-comment.issn": "file doideposit.toml:20",
        "series.sadf-comment.publisher.place": "file doideposit.toml:27",
        "credentials.test.username": "environment DOIDEPOSIT_CREDENTIALS__TEST",
        "limits.workers": "default",
        "sandbox.delays.rest": "default",
    }
    assert expected.items() <= settings.origins.items()


def test_a_password_in_a_variable_is_referred_to_and_never_taken_over(tmp_path: Path) -> None:
    environ = {"DOIDEPOSIT_CREDENTIALS__PRODUCTION__PASSWORD": SECRET, "DOIDEPOSIT_LEDGER__PASSWORD": SECRET}
    settings = loaded(tmp_path, GOOD, environ)
    assert settings.credentials["production"].password == PasswordReference(
        env="DOIDEPOSIT_CREDENTIALS__PRODUCTION__PASSWORD"
    )
    assert settings.ledger.password == PasswordReference(env="DOIDEPOSIT_LEDGER__PASSWORD")
    assert SECRET not in repr(settings)
    environ = {"DOIDEPOSIT_CREDENTIALS__PRODUCTION__PASSWORD": '{"file": "secret"}'}
    password = loaded(tmp_path, GOOD, environ).credentials["production"].password
    assert password == PasswordReference(file=str(tmp_path / "secret"))


ONE_FAULT = [
    # text, code, line, column, field, hint
    ('targt = "test"', "unknown-key", 1, 1, "targt", "did you mean `target`"),
    ('target = "prod"', "unknown-value", 1, 10, "target", "did you mean `production`"),
    ("target = 5", "unknown-value", 1, 10, "target", "sandbox, test, production"),
    ('schema_version = "4.0"', "unknown-value", 1, 18, "schema_version", "5.5.0"),
    ('depositor = "me"', "mapping-expected", 1, 13, "depositor", "name"),
    ('[depositor]\nname = "x"\nemail = "info@sadf.eu"', "missing-key", 1, 1, "depositor.registrant", "add `registrant`"),
    ('[depositor]\nname = "x"\nemail = "info sadf"\nregistrant = "x"', "email-shape", 3, 9, "depositor.email", "name@"),
    ('[depositor]\nname = ""\nemail = "a@b.eu"\nregistrant = "x"', "empty-text", 2, 8, "depositor.name", "text"),
    ('[depositr]\nname = "x"', "unknown-key", 1, 2, "depositr", "did you mean `depositor`"),
    ('[credentials.prod]\nusername = "x"', "unknown-value", 1, 1, "credentials.prod", "did you mean `production`"),
    (f'[credentials.test]\nusername = "x"\npassword = "{SECRET}"', "password-in-file", 3, 12, "credentials.test.password", "{ env ="),
    ('[credentials.test]\nusername = "x"\npassword = 4711', "password-in-file", 3, 12, "credentials.test.password", "keyring"),
    (f'[credentials.test]\nusername = "x"\npassword = {{ envv = "{SECRET}" }}', "unknown-key", 3, 14, "credentials.test.password.envv", "did you mean `env`"),
    (f'[credentials.test]\nusername = "x"\npassword = {{ command = ["{SECRET}"], file = "x" }}', "password-reference", 3, 12, "credentials.test.password", "command"),
    (f'[credentials.test]\nusername = "x"\npassword = {{ env = "{SECRET}" }}', "variable-name", 3, 20, "credentials.test.password.env", "put the password in that variable"),
    (f'[credentials.test]\nusername = "x"\npassword = {{ env = ["{SECRET}"] }}', "text-expected", 3, 20, "credentials.test.password.env", ""),
    (f'[credentials.test]\nusername = "x"\npassword = {{ keyring = "{SECRET}" }}', "unknown-value", 3, 24, "credentials.test.password.keyring", "True"),
    ('[targets.test]\nurl = "http://example.org"', "address-unencrypted", 2, 7, "targets.test.url", "https"),
    ('[targets.test]\nurl = "example.org"', "url-shape", 2, 7, "targets.test.url", "https"),
    ('[targets.test]\nurl = "https://[::1"', "url-shape", 2, 7, "targets.test.url", "https"),
    (f'[targets.test]\nurl = "https://u:{SECRET}@example.org"', "address-extra", 2, 7, "targets.test.url", "credentials"),
    (f'[ledger]\nurl = "postgresql://u:{SECRET}@host/db"', "password-in-file", 2, 7, "ledger.url", "[ledger]"),
    (f'[ledger]\nurl = "postgresql://host/db?password={SECRET}"', "password-in-file", 2, 7, "ledger.url", "[ledger]"),
    ('[ledger]\nurl = "mysql://host/db"', "ledger-url", 2, 7, "ledger.url", "sqlite:///"),
    ('[ledger]\nurl = "doideposit.sqlite3"', "ledger-url", 2, 7, "ledger.url", "sqlite:///"),
    ('[series.a]\ntitle = "A"\nissn = "2406-5618"\nprefix = "10.48251"', "issn-check-digit", 3, 17, "series.a.issn", "mistyped"),
    ('[series.a]\ntitle = "A"\nprefix = "10.48251"', "series-issn-missing", 1, 1, "series.a", "issn"),
    ('[series.a]\ntitle = "A"\nissn = "2406-5617"\nprefix = "x"', "prefix-shape", 4, 10, "series.a.prefix", "10.48251"),
    ('[series.a]\ntitle = "A"\nissn = "2406-5617"\nprefix = "10.48251"\nurl = "x{nr}"', "template-place", 5, 7, "series.a.url", "{number}"),
    ('[series.a]\ntitle = "A"\nissn = "2406-5617"\nprefix = "10.48251"\nlanguge = "x"', "unknown-key", 5, 1, "series.a.languge", "`language`"),
    ('[series."A B"]\ntitle = "A"\nissn = "2406-5617"\nprefix = "10.48251"', "name-shape", 1, 1, "series.A B.name", "small letters"),
    ('[series.a]\nname = "b"\ntitle = "A"\nissn = "2406-5617"\nprefix = "10.48251"', "series-name", 1, 1, "series.a", "delete the key"),
    ('[rules.severity]\ntitle-all-caps = "fatal"', "unknown-value", 2, 18, "rules.severity.title-all-caps", "error, warning, info"),
    ('[[rules.ignore]]\ncode = "title-all-caps"', "missing-key", 1, 1, "rules.ignore[0].reason", "reason for ignoring"),
    ('[[rules.ignore]]\ncode = "title-all-cap"\nreason = "x"', "rule-unknown", 2, 8, "rules.ignore[0].code", "title-all-caps"),
    ('[rules.severity]\ntitle-all-cap = "info"', "rule-unknown", 2, 1, "rules.severity.title-all-cap", "title-all-caps"),
    ("[limits]\nworkers = 100", "number-out-of-range", 2, 11, "limits.workers", "range"),
    ('[limits]\nworkers = "many"', "number-expected", 2, 11, "limits.workers", "digits"),
    ("[sandbox.delays]\nrest = -1", "number-out-of-range", 2, 8, "sandbox.delays.rest", "range"),
    ('[site]\ntimezone = "Europe/Foo"', "time-zone", 2, 12, "site.timezone", "Europe/Brussels"),
    ('[site]\ntimezone = "../etc/passwd"', "time-zone", 2, 12, "site.timezone", "Europe/Brussels"),
    ("a = \n", "toml-syntax", 1, 5, None, "quotes"),
    ('target = "test', "toml-syntax", 1, 15, None, "close"),
    ('target = "test"\ntarget = "test"', "toml-syntax", 2, 16, None, "keep one"),
    (f'password = "{SECRET}" x', "toml-syntax", 1, 26, None, "line of its own"),
    ("a = " + "[" * 5000, "too-deep", None, None, None, "brackets"),
]  # fmt: skip


@pytest.mark.parametrize("case", ONE_FAULT, ids=[f"{each[1]}-{each[4]}" for each in ONE_FAULT])
def test_one_fault_is_one_finding(
    tmp_path: Path, case: tuple[str, str, int | None, int | None, str | None, str]
) -> None:
    text, code, line, column, field, hint = case
    (found,) = faults(tmp_path, text)
    assert (found.code, found.where.line, found.where.column, found.where.field) == (code, line, column, field)
    assert found.where.file == FILE_NAME
    assert hint in found.hint


def test_all_faults_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = faults(tmp_path, 'targt = 1\nschema_version = "9"\n[limits]\nworker = 1\npending = 0\n')
    assert [(each.code, each.where.line) for each in found] == [
        ("unknown-key", 1),
        ("unknown-value", 2),
        ("unknown-key", 4),
        ("number-out-of-range", 5),
    ]


@pytest.mark.parametrize(
    ("environ", "code", "file", "hint"),
    [
        ({"DOIDEPOSIT_TARGT": "test"}, "unknown-variable", "environment DOIDEPOSIT_TARGT", "DOIDEPOSIT_TARGET"),
        ({"DOIDEPOSIT_POSTS__HOST": "x"}, "unknown-variable", "environment DOIDEPOSIT_POSTS__HOST", "DOIDEPOSIT_TARGET"),
        ({"DOIDEPOSIT_TARGET": "x"}, "unknown-value", "environment DOIDEPOSIT_TARGET", "sandbox"),
        ({"DOIDEPOSIT_LIMITS__WORKERS": "x"}, "number-expected", "environment DOIDEPOSIT_LIMITS__WORKERS", "digits"),
        ({"DOIDEPOSIT_LIMITS__WORKER": "1"}, "unknown-key", "environment DOIDEPOSIT_LIMITS__WORKER", "`workers`"),
        ({"DOIDEPOSIT_LIMITS": "{"}, "mapping-expected", "environment DOIDEPOSIT_LIMITS", "keys"),
        ({"DOIDEPOSIT_LEDGER__URL": f"postgresql://u:{SECRET}@h/d"}, "password-in-file", "environment DOIDEPOSIT_LEDGER__URL", "[ledger]"),
        ({"DOIDEPOSIT_SERIES__SADF_COMMENT__ISSN": "1"}, "issn-shape", "environment DOIDEPOSIT_SERIES__SADF_COMMENT__ISSN", "with a hyphen"),
    ],
)  # fmt: skip
def test_a_fault_of_the_environment_names_the_variable(
    tmp_path: Path, environ: dict[str, str], code: str, file: str, hint: str
) -> None:
    (found,) = faults(tmp_path, GOOD, environ)
    assert (found.code, found.where.file, found.where.line) == (code, file, None)
    assert hint in found.hint


@pytest.mark.parametrize(("text", "named"), [(GOOD, False), (GOOD.replace("info@sadf.eu", "x"), True)])
def test_the_file_is_only_named_when_a_fault_is_in_it(tmp_path: Path, text: str, named: bool) -> None:
    with pytest.raises(ConfigurationError) as caught:
        loaded(tmp_path, text, {"DOIDEPOSIT_TARGET": "x"})
    assert (FILE_NAME in str(caught.value)) is named


def test_variables_of_others_are_left_alone(tmp_path: Path) -> None:
    environ = {"DOIDEPOSIT_SCHEMAS": "/x", "DOIDEPOSIT_FOO": "1", "DOIDEPOSIT_PG_DSN": "x", "DOIDEPOSITX": "1"}
    assert loaded(tmp_path, GOOD, environ).target == "sandbox"


def test_a_fault_of_a_flag_says_so(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, GOOD, target="x")
    assert (found.where.file, found.where.field) == ("flag", "target")


def test_rules_can_be_changed_and_set_aside(tmp_path: Path) -> None:
    text = '[rules.severity]\ntitle-all-caps = "info"\n[[rules.ignore]]\ncode = "title-all-caps"\nreason = "printed so"\nseries = "a"\n'
    rules = loaded(tmp_path, text).rules
    assert rules.severity == {"title-all-caps": Severity.INFO}
    assert [(each.code, each.reason, each.doi, each.series) for each in rules.ignore] == [
        ("title-all-caps", "printed so", None, "a")
    ]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///a/b.sqlite3", "sqlite:///{base}/a/b.sqlite3"),
        ("sqlite:////var/b.sqlite3", "sqlite:////var/b.sqlite3"),
        ("sqlite://", "sqlite://"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgresql+psycopg://u@h:5432/d?sslmode=require", "postgresql+psycopg://u@h:5432/d?sslmode=require"),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
        ("postgresql+psycopg:///d?host=/run/postgresql", "postgresql+psycopg:///d?host=/run/postgresql"),
    ],
)
def test_a_sqlite_ledger_lies_beside_the_configuration(tmp_path: Path, url: str, expected: str) -> None:
    assert loaded(tmp_path, f'[ledger]\nurl = "{url}"').ledger_url == expected.format(base=tmp_path)


def test_the_file_is_named_as_seen_from_where_the_command_was_given(tmp_path: Path) -> None:
    written(tmp_path, "x = 1")
    (tmp_path / "sub").mkdir()
    with pytest.raises(ConfigurationError) as caught:
        load(environ={}, cwd=tmp_path / "sub")
    assert caught.value.findings[0].where.file == str(tmp_path / FILE_NAME)


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = loaded(tmp_path, GOOD)
    for name in ("credentials", "targets", "series", "origins"):
        with pytest.raises(TypeError):
            getattr(settings, name)["x"] = None


def refusal(folder: Path) -> tuple[Finding, ...] | None:
    """The findings of a configuration that is refused, None for one that is read."""
    try:
        load(environ={}, cwd=folder)
    except ConfigurationError as error:
        return error.findings
    return None


NAMES = st.sampled_from(
    [*ConfigurationFile.model_fields, "url", "password", "name", "test", "severity", "sadf-comment", "x"]
)
TREES = st.recursive(
    st.sampled_from(['"x"', "1", "true", "1979-05-27", "1.5", '"sqlite:///x"', '""', "[]", "{}"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(NAMES, inner, max_size=3).map(
            lambda items: "{" + ", ".join(f"{key} = {value}" for key, value in items.items()) + "}"
        )
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(NAMES, TREES, max_size=6))
def test_whatever_the_file_holds_every_fault_has_a_line_and_words_of_our_own(
    tmp_path_factory: pytest.TempPathFactory, data: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("configuration")
    text = "".join(f"{key} = {value}\n" for key, value in data.items())
    written(folder, text)
    for found in refusal(folder) or ():
        assert found.code not in {"invalid-value", "shape"}, found
        assert found.where.line is not None
        assert "Input should" not in found.message
        assert found.hint


def outcome(read: Callable[[dict[str, Any]], ConfigurationFile], data: dict[str, Any]) -> object:
    """What is read, or the errors in their order."""
    try:
        return read(data)
    except ValidationError as error:
        return error.errors(include_url=False, include_context=False)


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(NAMES, TREES, max_size=6))
def test_leaving_the_absent_sections_out_changes_neither_the_values_nor_the_errors(data: dict[str, str]) -> None:
    tree = tomllib.loads("".join(f"{key} = {value}\n" for key, value in data.items()))
    assert outcome(ConfigurationFile.of, tree) == outcome(ConfigurationFile.model_validate, tree)


def test_a_good_file_is_read_the_same_with_the_absent_sections_left_out() -> None:
    tree = tomllib.loads(GOOD)
    assert ConfigurationFile.of(tree) == ConfigurationFile.model_validate(tree)


@pytest.mark.parametrize("section", [*Section.__subclasses__()])
def test_a_section_that_is_not_written_is_the_same_as_an_empty_one(section: type[Section]) -> None:
    # A password is somewhere, so is a mailbox, and a hook calls something: these cannot be empty.
    never_empty = section in {PasswordReference, MailboxSection, HookSection}
    if not never_empty and not any(field.is_required() for field in section.model_fields.values()):
        assert section.model_construct() == section.model_validate({})


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=50))
def test_no_bytes_break_the_configuration(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("configuration")
    (folder / FILE_NAME).write_bytes(data)
    assert refusal(folder) is None or refusal(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_configuration_of_another_user_is_obeyed_only_when_it_is_named(tmp_path: Path) -> None:
    """Found upwards, it would run the commands of whoever may write there with the rights of this user."""
    file = tmp_path / "doideposit.toml"
    file.write_text('target = "sandbox"\n', encoding="utf-8")
    below = tmp_path / "records"
    below.mkdir()
    os.chown(file, 65534, 65534)
    with pytest.raises(ConfigurationError, match="belongs to another user") as caught:
        load(environ={}, cwd=below)
    assert f"--config {file}" in caught.value.hint
    assert load(file, environ={}, cwd=below).path == file
    assert load(environ={"DOIDEPOSIT_CONFIG": str(file)}, cwd=below).path == file
    assert load(environ={"SUDO_UID": "65534"}, cwd=below).path == file
    os.chown(file, 0, 0)
    assert load(environ={}, cwd=below).path == file
