CREATE TABLE adopted (
	target VARCHAR(32) NOT NULL,
	doi TEXT NOT NULL,
	adopted_at VARCHAR(27) NOT NULL,
	timestamp TEXT DEFAULT '' NOT NULL,
	created TEXT DEFAULT '' NOT NULL,
	last_update TEXT DEFAULT '' NOT NULL,
	doi_type TEXT DEFAULT '' NOT NULL,
	owner_prefix TEXT DEFAULT '' NOT NULL,
	member TEXT DEFAULT '' NOT NULL,
	file TEXT DEFAULT '' NOT NULL,
	answer BLOB NOT NULL,
	CONSTRAINT pk_adopted PRIMARY KEY (target, doi)
)
CREATE TABLE cited (
	target VARCHAR(32) NOT NULL,
	doi TEXT NOT NULL,
	agency TEXT DEFAULT '' NOT NULL,
	asked_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_cited PRIMARY KEY (target, doi)
)
CREATE TABLE hook (
	target VARCHAR(32) NOT NULL,
	name VARCHAR(64) NOT NULL,
	event BIGINT NOT NULL,
	due_at VARCHAR(27) NOT NULL,
	tries INTEGER DEFAULT '0' NOT NULL,
	failing_since VARCHAR(27),
	reason TEXT DEFAULT '' NOT NULL,
	told INTEGER DEFAULT '0' NOT NULL,
	CONSTRAINT pk_hook PRIMARY KEY (target, name)
)
CREATE TABLE observed (
	target VARCHAR(32) NOT NULL,
	doi TEXT NOT NULL,
	since VARCHAR(27) NOT NULL,
	next_read_at VARCHAR(27),
	reads INTEGER DEFAULT '0' NOT NULL,
	read_at VARCHAR(27),
	timestamp TEXT DEFAULT '' NOT NULL,
	last_update TEXT DEFAULT '' NOT NULL,
	intended_at VARCHAR(27),
	intended_proof TEXT DEFAULT '' NOT NULL,
	listed_at VARCHAR(27),
	deposited TEXT DEFAULT '' NOT NULL,
	changes TEXT DEFAULT '[]' NOT NULL,
	changed_at VARCHAR(27),
	accepted TEXT DEFAULT '[]' NOT NULL,
	accepted_at VARCHAR(27),
	matched TEXT DEFAULT '{}' NOT NULL,
	CONSTRAINT pk_observed PRIMARY KEY (target, doi)
)
CREATE INDEX ix_observed_target_listed_at ON observed (target, listed_at)
CREATE INDEX ix_observed_target_next_read_at ON observed (target, next_read_at)
CREATE TABLE submission (
	id INTEGER NOT NULL,
	target VARCHAR(32) NOT NULL,
	series TEXT NOT NULL,
	container TEXT NOT NULL,
	schema_version VARCHAR(64) NOT NULL,
	batch_id VARCHAR(100) NOT NULL,
	timestamp BIGINT NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	state VARCHAR(16) NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	file_name VARCHAR(100),
	submission_id TEXT,
	sent_at VARCHAR(27),
	accepted_at VARCHAR(27),
	accepted_proof TEXT DEFAULT '' NOT NULL,
	finished_at VARCHAR(27),
	finished_proof TEXT DEFAULT '' NOT NULL,
	not_before VARCHAR(27),
	next_poll_at VARCHAR(27),
	polls INTEGER DEFAULT '0' NOT NULL,
	failures INTEGER DEFAULT '0' NOT NULL,
	lease_owner TEXT,
	lease_until VARCHAR(27),
	doubt BOOLEAN DEFAULT false NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	hint TEXT DEFAULT '' NOT NULL,
	overdue VARCHAR(16) DEFAULT '' NOT NULL,
	step INTEGER DEFAULT '1' NOT NULL,
	steps INTEGER DEFAULT '1' NOT NULL,
	follows INTEGER,
	empties TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_submission PRIMARY KEY (id),
	CONSTRAINT uq_submission_batch_id UNIQUE (batch_id)
)
CREATE INDEX ix_submission_target_container_state ON submission (target, container, state)
CREATE INDEX ix_submission_target_state_next_poll_at ON submission (target, state, next_poll_at)
CREATE INDEX ix_submission_target_state_not_before ON submission (target, state, not_before)
CREATE TABLE upload_lock (
	target VARCHAR(32) NOT NULL,
	lease_owner TEXT,
	lease_until VARCHAR(27),
	last_upload_at VARCHAR(27),
	pause_until VARCHAR(27),
	pause_reason TEXT DEFAULT '' NOT NULL,
	failures INTEGER DEFAULT '0' NOT NULL,
	CONSTRAINT pk_gate PRIMARY KEY (target)
)
CREATE TABLE watch (
	target VARCHAR(32) NOT NULL,
	away_since VARCHAR(27),
	away_reason TEXT DEFAULT '' NOT NULL,
	not_before VARCHAR(27),
	CONSTRAINT pk_watch PRIMARY KEY (target)
)
CREATE TABLE attempt (
	id INTEGER NOT NULL,
	submission INTEGER NOT NULL,
	file_name VARCHAR(100) NOT NULL,
	sent_at VARCHAR(27) NOT NULL,
	status VARCHAR(16) NOT NULL,
	next_poll_at VARCHAR(27),
	CONSTRAINT pk_attempt PRIMARY KEY (id),
	CONSTRAINT fk_attempt_submission FOREIGN KEY(submission) REFERENCES submission (id),
	CONSTRAINT uq_attempt_file_name UNIQUE (file_name)
)
CREATE INDEX ix_attempt_late ON attempt (next_poll_at) WHERE next_poll_at IS NOT NULL
CREATE INDEX ix_attempt_submission ON attempt (submission)
CREATE TABLE content (
	submission INTEGER NOT NULL,
	xml BLOB NOT NULL,
	CONSTRAINT pk_content PRIMARY KEY (submission),
	CONSTRAINT fk_content_submission FOREIGN KEY(submission) REFERENCES submission (id)
)
CREATE TABLE event (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	at VARCHAR(27) NOT NULL,
	target VARCHAR(32) NOT NULL,
	kind VARCHAR(32) NOT NULL,
	submission INTEGER,
	doi TEXT,
	detail TEXT DEFAULT '{}' NOT NULL,
	CONSTRAINT fk_event_submission FOREIGN KEY(submission) REFERENCES submission (id)
)
CREATE INDEX ix_event_submission ON event (submission)
CREATE INDEX ix_event_target_doi ON event (target, doi)
CREATE TABLE item (
	id INTEGER NOT NULL,
	submission INTEGER NOT NULL,
	position INTEGER NOT NULL,
	target VARCHAR(32) NOT NULL,
	doi TEXT NOT NULL,
	printed TEXT NOT NULL,
	fingerprint VARCHAR(64) NOT NULL,
	record_type TEXT NOT NULL,
	title TEXT DEFAULT '' NOT NULL,
	source TEXT DEFAULT '' NOT NULL,
	landing_page TEXT,
	open BOOLEAN NOT NULL,
	outcome VARCHAR(32),
	message TEXT DEFAULT '' NOT NULL,
	finding TEXT,
	retry VARCHAR(16) DEFAULT '' NOT NULL,
	details TEXT,
	proof TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_item PRIMARY KEY (id),
	CONSTRAINT uq_item_submission_doi UNIQUE (submission, doi),
	CONSTRAINT fk_item_submission FOREIGN KEY(submission) REFERENCES submission (id)
)
CREATE INDEX ix_item_submission ON item (submission)
CREATE INDEX ix_item_target_doi ON item (target, doi)
CREATE UNIQUE INDEX uq_item_open ON item (target, doi) WHERE open
CREATE TABLE log (
	id INTEGER NOT NULL,
	submission INTEGER NOT NULL,
	file_name VARCHAR(100) NOT NULL,
	fetched_at VARCHAR(27) NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	answer BLOB NOT NULL,
	CONSTRAINT pk_log PRIMARY KEY (id),
	CONSTRAINT fk_log_submission FOREIGN KEY(submission) REFERENCES submission (id)
)
CREATE INDEX ix_log_submission ON log (submission)
CREATE TABLE work (
	target VARCHAR(32) NOT NULL,
	doi TEXT NOT NULL,
	printed TEXT NOT NULL,
	series TEXT NOT NULL,
	container TEXT NOT NULL,
	record_type TEXT NOT NULL,
	title TEXT DEFAULT '' NOT NULL,
	timestamp BIGINT,
	item INTEGER,
	registered_at VARCHAR(27),
	registered_proof TEXT DEFAULT '' NOT NULL,
	registered_fingerprint VARCHAR(64),
	registered_timestamp BIGINT,
	registered_landing_page TEXT,
	last_update_failed BOOLEAN DEFAULT false NOT NULL,
	resolves_at VARCHAR(27),
	resolves_proof TEXT DEFAULT '' NOT NULL,
	indexed_at VARCHAR(27),
	indexed_proof TEXT DEFAULT '' NOT NULL,
	acknowledged_at VARCHAR(27),
	acknowledged_reason TEXT,
	CONSTRAINT pk_work PRIMARY KEY (target, doi),
	CONSTRAINT fk_work_item FOREIGN KEY(item) REFERENCES item (id)
)
CREATE INDEX ix_work_item ON work (item)
CREATE INDEX ix_work_target_container_registered_at ON work (target, container, registered_at)
CREATE TABLE adopted (
	target VARCHAR(32) NOT NULL,
	doi VARCHAR NOT NULL,
	adopted_at VARCHAR(27) NOT NULL,
	timestamp VARCHAR DEFAULT '' NOT NULL,
	created VARCHAR DEFAULT '' NOT NULL,
	last_update VARCHAR DEFAULT '' NOT NULL,
	doi_type VARCHAR DEFAULT '' NOT NULL,
	owner_prefix VARCHAR DEFAULT '' NOT NULL,
	member VARCHAR DEFAULT '' NOT NULL,
	file VARCHAR DEFAULT '' NOT NULL,
	answer BYTEA NOT NULL,
	CONSTRAINT pk_adopted PRIMARY KEY (target, doi)
)
CREATE TABLE cited (
	target VARCHAR(32) NOT NULL,
	doi VARCHAR NOT NULL,
	agency VARCHAR DEFAULT '' NOT NULL,
	asked_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_cited PRIMARY KEY (target, doi)
)
CREATE TABLE hook (
	target VARCHAR(32) NOT NULL,
	name VARCHAR(64) NOT NULL,
	event BIGINT NOT NULL,
	due_at VARCHAR(27) NOT NULL,
	tries INTEGER DEFAULT '0' NOT NULL,
	failing_since VARCHAR(27),
	reason VARCHAR DEFAULT '' NOT NULL,
	told INTEGER DEFAULT '0' NOT NULL,
	CONSTRAINT pk_hook PRIMARY KEY (target, name)
)
CREATE TABLE observed (
	target VARCHAR(32) NOT NULL,
	doi VARCHAR NOT NULL,
	since VARCHAR(27) NOT NULL,
	next_read_at VARCHAR(27),
	reads INTEGER DEFAULT '0' NOT NULL,
	read_at VARCHAR(27),
	timestamp VARCHAR DEFAULT '' NOT NULL,
	last_update VARCHAR DEFAULT '' NOT NULL,
	intended_at VARCHAR(27),
	intended_proof VARCHAR DEFAULT '' NOT NULL,
	listed_at VARCHAR(27),
	deposited VARCHAR DEFAULT '' NOT NULL,
	changes VARCHAR DEFAULT '[]' NOT NULL,
	changed_at VARCHAR(27),
	accepted VARCHAR DEFAULT '[]' NOT NULL,
	accepted_at VARCHAR(27),
	matched VARCHAR DEFAULT '{}' NOT NULL,
	CONSTRAINT pk_observed PRIMARY KEY (target, doi)
)
CREATE INDEX ix_observed_target_listed_at ON observed (target, listed_at)
CREATE INDEX ix_observed_target_next_read_at ON observed (target, next_read_at)
CREATE TABLE submission (
	id BIGSERIAL NOT NULL,
	target VARCHAR(32) NOT NULL,
	series VARCHAR NOT NULL,
	container VARCHAR NOT NULL,
	schema_version VARCHAR(64) NOT NULL,
	batch_id VARCHAR(100) NOT NULL,
	timestamp BIGINT NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	state VARCHAR(16) NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	file_name VARCHAR(100),
	submission_id VARCHAR,
	sent_at VARCHAR(27),
	accepted_at VARCHAR(27),
	accepted_proof VARCHAR DEFAULT '' NOT NULL,
	finished_at VARCHAR(27),
	finished_proof VARCHAR DEFAULT '' NOT NULL,
	not_before VARCHAR(27),
	next_poll_at VARCHAR(27),
	polls INTEGER DEFAULT '0' NOT NULL,
	failures INTEGER DEFAULT '0' NOT NULL,
	lease_owner VARCHAR,
	lease_until VARCHAR(27),
	doubt BOOLEAN DEFAULT false NOT NULL,
	reason VARCHAR DEFAULT '' NOT NULL,
	hint VARCHAR DEFAULT '' NOT NULL,
	overdue VARCHAR(16) DEFAULT '' NOT NULL,
	step INTEGER DEFAULT '1' NOT NULL,
	steps INTEGER DEFAULT '1' NOT NULL,
	follows BIGINT,
	empties VARCHAR DEFAULT '' NOT NULL,
	CONSTRAINT pk_submission PRIMARY KEY (id),
	CONSTRAINT uq_submission_batch_id UNIQUE (batch_id)
)
CREATE INDEX ix_submission_target_container_state ON submission (target, container, state)
CREATE INDEX ix_submission_target_state_next_poll_at ON submission (target, state, next_poll_at)
CREATE INDEX ix_submission_target_state_not_before ON submission (target, state, not_before)
CREATE TABLE upload_lock (
	target VARCHAR(32) NOT NULL,
	lease_owner VARCHAR,
	lease_until VARCHAR(27),
	last_upload_at VARCHAR(27),
	pause_until VARCHAR(27),
	pause_reason VARCHAR DEFAULT '' NOT NULL,
	failures INTEGER DEFAULT '0' NOT NULL,
	CONSTRAINT pk_gate PRIMARY KEY (target)
)
CREATE TABLE watch (
	target VARCHAR(32) NOT NULL,
	away_since VARCHAR(27),
	away_reason VARCHAR DEFAULT '' NOT NULL,
	not_before VARCHAR(27),
	CONSTRAINT pk_watch PRIMARY KEY (target)
)
CREATE TABLE attempt (
	id BIGSERIAL NOT NULL,
	submission BIGINT NOT NULL,
	file_name VARCHAR(100) NOT NULL,
	sent_at VARCHAR(27) NOT NULL,
	status VARCHAR(16) NOT NULL,
	next_poll_at VARCHAR(27),
	CONSTRAINT pk_attempt PRIMARY KEY (id),
	CONSTRAINT fk_attempt_submission FOREIGN KEY(submission) REFERENCES submission (id),
	CONSTRAINT uq_attempt_file_name UNIQUE (file_name)
)
CREATE INDEX ix_attempt_late ON attempt (next_poll_at)
CREATE INDEX ix_attempt_submission ON attempt (submission)
CREATE TABLE content (
	submission BIGINT NOT NULL,
	xml BYTEA NOT NULL,
	CONSTRAINT pk_content PRIMARY KEY (submission),
	CONSTRAINT fk_content_submission FOREIGN KEY(submission) REFERENCES submission (id)
)
CREATE TABLE event (
	id BIGSERIAL NOT NULL,
	at VARCHAR(27) NOT NULL,
	target VARCHAR(32) NOT NULL,
	kind VARCHAR(32) NOT NULL,
	submission BIGINT,
	doi VARCHAR,
	detail VARCHAR DEFAULT '{}' NOT NULL,
	CONSTRAINT pk_event PRIMARY KEY (id),
	CONSTRAINT fk_event_submission FOREIGN KEY(submission) REFERENCES submission (id)
)
CREATE INDEX ix_event_submission ON event (submission)
CREATE INDEX ix_event_target_doi ON event (target, doi)
CREATE TABLE item (
	id BIGSERIAL NOT NULL,
	submission BIGINT NOT NULL,
	position INTEGER NOT NULL,
	target VARCHAR(32) NOT NULL,
	doi VARCHAR NOT NULL,
	printed VARCHAR NOT NULL,
	fingerprint VARCHAR(64) NOT NULL,
	record_type VARCHAR NOT NULL,
	title VARCHAR DEFAULT '' NOT NULL,
	source VARCHAR DEFAULT '' NOT NULL,
	landing_page VARCHAR,
	open BOOLEAN NOT NULL,
	outcome VARCHAR(32),
	message VARCHAR DEFAULT '' NOT NULL,
	finding VARCHAR,
	retry VARCHAR(16) DEFAULT '' NOT NULL,
	details VARCHAR,
	proof VARCHAR DEFAULT '' NOT NULL,
	CONSTRAINT pk_item PRIMARY KEY (id),
	CONSTRAINT uq_item_submission_doi UNIQUE (submission, doi),
	CONSTRAINT fk_item_submission FOREIGN KEY(submission) REFERENCES submission (id)
)
CREATE INDEX ix_item_submission ON item (submission)
CREATE INDEX ix_item_target_doi ON item (target, doi)
CREATE UNIQUE INDEX uq_item_open ON item (target, doi)
CREATE TABLE log (
	id BIGSERIAL NOT NULL,
	submission BIGINT NOT NULL,
	file_name VARCHAR(100) NOT NULL,
	fetched_at VARCHAR(27) NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	answer BYTEA NOT NULL,
	CONSTRAINT pk_log PRIMARY KEY (id),
	CONSTRAINT fk_log_submission FOREIGN KEY(submission) REFERENCES submission (id)
)
CREATE INDEX ix_log_submission ON log (submission)
CREATE TABLE work (
	target VARCHAR(32) NOT NULL,
	doi VARCHAR NOT NULL,
	printed VARCHAR NOT NULL,
	series VARCHAR NOT NULL,
	container VARCHAR NOT NULL,
	record_type VARCHAR NOT NULL,
	title VARCHAR DEFAULT '' NOT NULL,
	timestamp BIGINT,
	item BIGINT,
	registered_at VARCHAR(27),
	registered_proof VARCHAR DEFAULT '' NOT NULL,
	registered_fingerprint VARCHAR(64),
	registered_timestamp BIGINT,
	registered_landing_page VARCHAR,
	last_update_failed BOOLEAN DEFAULT false NOT NULL,
	resolves_at VARCHAR(27),
	resolves_proof VARCHAR DEFAULT '' NOT NULL,
	indexed_at VARCHAR(27),
	indexed_proof VARCHAR DEFAULT '' NOT NULL,
	acknowledged_at VARCHAR(27),
	acknowledged_reason VARCHAR,
	CONSTRAINT pk_work PRIMARY KEY (target, doi),
	CONSTRAINT fk_work_item FOREIGN KEY(item) REFERENCES item (id)
)
CREATE INDEX ix_work_item ON work (item)
CREATE INDEX ix_work_target_container_registered_at ON work (target, container, registered_at)
