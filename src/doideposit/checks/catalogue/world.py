"""Codes of planning, of the configuration, of the ledger, and of what fails outside."""

from typing import Final

from doideposit.explanation import CodeOrigin, Explanation
from doideposit.findings import Severity
from doideposit.pages import CREDENTIALS, CROSSMARK, HTTPS_POST, REMOVING, SCHEMA, TIMESTAMPS, TITLE_RECORDS, TROUBLE

__all__ = ["WORLD"]

_plan = CodeOrigin.PLANNING.writer()
_setting = CodeOrigin.CONFIGURATION.writer()
_error = CodeOrigin.ERROR.writer()
_RESTORE = "run `doideposit ledger restore FILE` with the newest backup that is right, then `doideposit poll`"

WORLD: Final[tuple[Explanation, ...]] = (
    _plan(
        "plan-duplicate-doi",
        "The same DOI is twice in one run",
        "Two records have it, and only one of them can be right.",
        "delete the wrong record, or correct its number",
    ),
    _plan(
        "plan-record-type",
        "The DOI is registered with another record type",
        "Crossref does not change the type of a registered DOI.",
        "set `record_type` of the series to the type that is registered",
        source=TITLE_RECORDS,
    ),
    _plan(
        "plan-in-progress",
        "An earlier deposit of the DOI is not finished",
        "Two versions sent at the same time could arrive in the wrong order, so the new one waits.",
        "nothing needs to be done: it is sent automatically when the earlier one is finished",
        severity=Severity.INFO,
    ),
    _plan(
        "plan-outdated",
        "Something was deposited after the plan was made",
        "What was approved is sent, or nothing: the plan could undo the newer deposit.",
        "run the same command again, and look at the new plan",
    ),
    _plan(
        "plan-failed-before",
        "The same content failed before",
        "Crossref would reject it again.",
        "correct the record; if the fault was elsewhere and is corrected, deposit with --retry",
        source=TROUBLE,
    ),
    _plan(
        "plan-recorded-before",
        "The deposit was recorded earlier, without this permission",
        "Before a recorded file is sent, it is compared with what is registered. Only permissions given when it was "
        "recorded count; `--allow-loss` and `--unseen` come too late.",
        "cancel the recorded deposit with `doideposit abandon DOI --reason …`, then repeat the command",
        severity=Severity.WARNING,
    ),
    _plan(
        "plan-batch-blocked",
        "Another record of the same XML file is blocked",
        "A ready-made XML file is sent as a whole or not at all.",
        "correct the blocked record, or split the file",
    ),
    _plan(
        "plan-timestamp-digits",
        "No higher timestamp is possible",
        "Crossref accepts only increasing timestamps, and another tool used a number with more digits than "
        "doideposit can "
        "write.",
        "ask Crossref support to reset the timestamp of this DOI",
        source=TIMESTAMPS,
    ),
    _plan(
        "plan-loss",
        "The update would delete registered metadata",
        "Crossref replaces a record with what a deposit says; a field that is not in the deposit is deleted.",
        "put the field back, or allow its deletion: `remove: [FIELD]` in the record, or --allow-loss FIELD",
        source=REMOVING,
    ),
    _plan(
        "plan-resources-unregistered",
        "The DOI of a resource-only deposit is not in the ledger",
        "A resource-only deposit changes parts of a registered record. It is sent only for DOIs that the ledger "
        "knows as registered; for others nobody could tell later what was replaced.",
        "deposit the record first; for a DOI that was registered elsewhere, run `doideposit adopt DOI`",
    ),
    _plan(
        "references-none",
        "The record has no references to send",
        "Only the references were to be sent, and the record has none.",
        "to delete the registered references, write `remove: [references]` into the record and deposit it",
        severity=Severity.INFO,
    ),
    _plan(
        "plan-policy-unregistered",
        "The DOI of the Crossmark policy is not registered",
        "It is the DOI of the page on how the publisher corrects and retracts. Readers who press the Crossmark "
        "button find nothing.",
        "register that page first; the how-to on corrections shows its record",
        source=CROSSMARK,
        severity=Severity.WARNING,
    ),
    _plan(
        "plan-two-steps",
        "The update needs two deposits",
        "Crossref may add new relations, licences, funding, full texts and Crossmark to the old ones instead of "
        "replacing them. So the first deposit deletes them, and the second adds the new ones; in between Crossref "
        "shows none.",
        "nothing needs to be done: the second deposit is sent automatically",
        source=REMOVING,
        severity=Severity.WARNING,
    ),
    _plan(
        "plan-changed-elsewhere",
        "Somebody else changed the registered record",
        "Your file is the same as at the last deposit, but the record at Crossref is not.",
        "keep the change with `doideposit drift accept DOI`, or restore your version with `doideposit drift restore "
        "DOI`",
        severity=Severity.WARNING,
    ),
    _plan(
        "plan-unseen",
        "The registered record could not be read",
        "Without it nobody can tell whether the update would delete something, or whether a new DOI exists already.",
        "try again later; to send without this check, give a reason: --unseen REASON",
    ),
    _plan(
        "plan-alias",
        "The DOI is an alias of another DOI",
        "Crossref leads its readers to the other DOI, and takes no updates of an alias.",
        "update the other DOI; if it should not be an alias, ask Crossref support",
    ),
    _plan(
        "plan-other-owner",
        "The DOI belongs to another Crossref member",
        "Only the owner can update a DOI, whatever its prefix is.",
        "correct the DOI; if it should be yours, ask Crossref support",
    ),
    _plan(
        "plan-series-differs",
        "The DOI is registered in another series",
        "Title and ISSN of a series are in its title record at Crossref, which a deposit cannot change.",
        "correct title and ISSN of the series in the configuration, or ask Crossref support",
    ),
    _plan(
        "plan-timestamp-unread",
        "The last timestamp at Crossref could not be read",
        "The deposit goes ahead. If another tool used a higher timestamp, Crossref will reject the update and say so.",
        "nothing needs to be done",
        source=TIMESTAMPS,
        severity=Severity.WARNING,
    ),
    _setting(
        "rule-unknown",
        "The configuration names a rule that does not exist",
        "A misspelt code would change nothing, and nobody would notice.",
        "correct the code; `doideposit explain` lists all of them",
    ),
    _setting(
        "rule-not-overridable",
        "The configuration changes a rule that cannot be changed",
        "Crossref would reject the record, or register something that cannot be undone.",
        "delete the entry, and correct the records",
    ),
    _setting(
        "ignore-without-reason",
        "A finding is ignored without a reason",
        "The reason is shown with the finding, so that others understand the decision later.",
        'write `reason = "…"` below [[rules.ignore]]',
    ),
    _setting(
        "toml-syntax",
        "A line of the configuration is not valid TOML",
        "The usual reason is a text without quotation marks.",
        'put the text in double quotes: title = "SADF Comment"',
        source="https://toml.io/en/v1.0.0",
    ),
    _setting(
        "unknown-variable",
        "An environment variable looks like a setting, but is not one",
        "Its name is probably misspelt, so the setting would have no effect.",
        "correct its name, or unset it",
    ),
    _setting(
        "password-in-file",
        "A password is written in the configuration",
        "Configuration files are copied, shared and backed up, and the password with them.",
        "write where the password is kept: { env = … }, { file = … }, { command = […] } or { keyring = true }",
    ),
    _setting(
        "variable-name",
        "`env` holds something that is not the name of a variable",
        "`env` names the environment variable that holds the password. It does not hold the password itself.",
        "write a name such as CROSSREF_PASSWORD, and put the password in that variable",
    ),
    _setting(
        "time-zone",
        "The time zone is not known",
        "It decides when a day begins for the publisher, and so which documents are already published.",
        "write a name such as Europe/Brussels, or UTC",
    ),
    _setting(
        "mail-way",
        "[mail] needs one way to send, and has none or two",
        "Mail is sent by a mail server or by a program on this machine.",
        "give `host` (the mail server) or `sendmail` (the program), not both",
    ),
    _setting(
        "hook-way",
        "A hook needs a command or an address, and has none or both",
        "A hook runs a program, or sends an HTTP request.",
        "give `command`, or `url` together with `secret`",
    ),
    _setting(
        "hook-secret",
        "`secret` of a hook is missing, or not needed",
        "A request to `url` is signed with `secret`, so that its receiver can trust it. A `command` needs no "
        "signature.",
        "give `secret` together with `url`, and not with `command`",
    ),
    _setting(
        "mail-unencrypted",
        "The connection to the mail server is not encrypted",
        "Everybody in the network could read the mail and the password.",
        'set security = "starttls" or "tls"; "none" is allowed for localhost only',
    ),
    _setting(
        "mail-login",
        "The mail login is incomplete",
        "The mail server needs user name and password together.",
        "give `username` and `password`, or neither",
    ),
    _setting(
        "password-reference",
        "A password has no source, or several",
        "The configuration says where a password is kept, never the password itself. Of two places nobody could tell "
        "which one is used.",
        'write one of { env = "NAME" }, { file = "path" }, { command = ["program", "argument"] }, { keyring = true }',
    ),
    _setting(
        "address-extra",
        "An address holds a login or parameters",
        "Addresses are written to logs, and the login with them.",
        "write only the scheme, the host and the path: https://doi.crossref.org",
    ),
    _setting(
        "address-unencrypted",
        "An address is not encrypted",
        "Everybody in the network could read the password.",
        "write https://; http:// is allowed for this machine only",
    ),
    _setting(
        "ledger-url",
        "Not the address of a ledger",
        "The ledger is a database in SQLite or PostgreSQL.",
        "write sqlite:///doideposit.sqlite3 or postgresql+psycopg://user@host/database",
    ),
    _setting(
        "series-name",
        "A series has `name` as well as its short name",
        "The short name is already in the heading: [series.sadf-comment].",
        "delete the key `name`",
    ),
    _error(
        "error",
        "An error without a more exact code",
        "The message of the error says what failed.",
        "do what the message says; `--debug` shows more",
    ),
    _error(
        "unforeseen",
        "An unexpected error",
        "It is a fault of doideposit. What was recorded is safe, and the next run continues.",
        "report it with the output of the same command with `--debug`: `doideposit --debug …`",
    ),
    _error(
        "configuration",
        "The configuration has errors",
        "The command needs settings that are missing or wrong; all errors are listed with their places.",
        "correct them, then run the command again",
    ),
    _error(
        "usage",
        "The command is incomplete or contradicts itself",
        "An argument or option is missing, or two of them exclude each other.",
        "correct the command; `--help` shows its arguments and options",
    ),
    _error(
        "world",
        "Something outside of doideposit failed",
        "A network, a disk or another service did not work. What was recorded is safe.",
        "run the same command again later",
    ),
    _error(
        "address-refused",
        "A web address is refused for safety",
        "Pages are read from the public internet only: no address, redirect or DNS name may lead into your own "
        "network, and no address may hold a user name or password.",
        "save the page in a browser and give the file, or add the host to `own_hosts` below [pages]",
    ),
    _error(
        "page-unavailable",
        "A web page could not be read",
        "The server did not answer in time, or has no page at this address.",
        "open the address in a browser; if the page appears there, save it and give the file",
    ),
    _error(
        "schema",
        "Crossref's schemas cannot be used",
        "Every record is checked against them before a deposit; they are kept on this machine.",
        "run `doideposit schemas verify`: it says which file is wrong",
        source=SCHEMA,
    ),
    _error(
        "schema-missing",
        "Crossref's schemas are not installed",
        "Records are checked against them. They belong to Crossref, so they are downloaded once and not shipped.",
        "run `doideposit schemas install` while this machine is online",
        source=SCHEMA,
    ),
    _error(
        "schema-damaged",
        "A schema file is damaged",
        "A changed schema would accept or reject other files than Crossref does.",
        "run `doideposit schemas install --force` to download the schemas again",
        source=SCHEMA,
    ),
    _error(
        "ledger",
        "The ledger cannot be used",
        "The ledger is the database of everything that was submitted. Without it nothing is sent.",
        "do what the message says; `doideposit doctor` checks the ledger",
    ),
    _error(
        "ledger-unavailable",
        "The ledger cannot be opened",
        "The usual reasons: a full disk, a folder without write permission, or a database server that does not answer.",
        "free disk space, correct the permissions or start the database server, then run the command again",
    ),
    _error(
        "ledger-too-new",
        "The ledger was written by a newer version of doideposit",
        "This older version could damage it, so nothing was changed.",
        "upgrade doideposit on this machine",
    ),
    _error(
        "ledger-damaged",
        "The ledger contradicts itself",
        "A disk failed, a copy was incomplete, or another program wrote into it.",
        "run `doideposit ledger check`: it lists every contradiction",
    ),
    _error(
        "ledger-file",
        "The database file of the ledger is damaged",
        "A disk failed, or a copy was incomplete.",
        _RESTORE,
    ),
    _error(
        "ledger-reference",
        "A row of the ledger refers to a row that does not exist",
        "Another program deleted rows.",
        _RESTORE,
    ),
    _error(
        "ledger-bytes",
        "A stored deposit file was changed",
        "The ledger keeps the bytes of every file with their SHA-256, to prove what was sent; they no longer fit.",
        _RESTORE,
    ),
    _error(
        "ledger-state",
        "A state in the ledger has no event that explains it",
        "Every state follows from a recorded event, so one of the two was changed or deleted.",
        _RESTORE,
    ),
    _error(
        "ledger-open",
        "A DOI is marked as open or closed wrongly",
        "A DOI is open exactly as long as its submission is not finished; otherwise it would never be sent, or sent "
        "twice.",
        _RESTORE,
    ),
    _error(
        "ledger-timestamp",
        "The timestamps of a DOI do not rise",
        "Crossref takes an update only with a higher timestamp, so a lower one was never sent by doideposit.",
        _RESTORE,
        source=TIMESTAMPS,
    ),
    _error(
        "ledger-work",
        "A DOI points to an older deposit",
        "`doideposit status` would show the state of that older deposit.",
        _RESTORE,
    ),
    _error(
        "ledger-registered",
        "The mark “registered” of a DOI and its proof do not fit",
        "A DOI is marked as registered exactly if an answer of Crossref that proves it is stored.",
        _RESTORE,
    ),
    _error(
        "disk",
        "A file or folder could not be read or written",
        "The usual reasons: a full disk, missing permissions, or a folder that was deleted.",
        "free disk space, correct the permissions or create the folder, then run the command again",
    ),
    _error(
        "registrar",
        "Crossref did not answer as expected",
        "The network or Crossref failed. What was recorded is safe.",
        "nothing needs to be done: the next run tries again",
    ),
    _error(
        "credentials-refused",
        "Crossref refused the login",
        "The run stops, because every further try would fail too. Test and production have different passwords.",
        "check user name, role and password of this target; `doideposit doctor` shows where they come from",
        source=CREDENTIALS,
    ),
    _error(
        "submission-forbidden",
        "The login has no permission to deposit",
        "The account may be blocked, or lack the role for deposits.",
        "ask Crossref support",
        source=CREDENTIALS,
    ),
    _error(
        "registrar-busy",
        "Crossref asks to wait",
        "More than 10,000 submissions are waiting at Crossref, or too many requests were made at once.",
        "nothing needs to be done: the next run tries again",
        source=HTTPS_POST,
    ),
    _error(
        "registrar-unavailable",
        "Crossref could not be reached",
        "The file did not arrive, so it is safe to send it again.",
        "nothing needs to be done: the next run tries again",
    ),
    _error(
        "submission-in-doubt",
        "A file was sent, and no usable answer came back",
        "Crossref may or may not have received it, so it is not simply sent again.",
        "run `doideposit poll`: it asks Crossref for the file before anything is sent again",
        source=HTTPS_POST,
    ),
    _error(
        "unexpected-answer",
        "Crossref's answer to an upload is not understood",
        "The file counts as not accepted, even if the HTTP status says otherwise.",
        "check the address of the target; if it is right and this happens again, tell Crossref support",
        source=HTTPS_POST,
    ),
)
