-- min_reader: 1
-- The facts. Every table is append-only and keyed by its rowid alone: a write touches the last page of each.
-- docs/format.md says how rows and canonical bytes follow from each other.

PRAGMA application_id = 1129467980;  -- "CRPL"

-- What is true of the whole file; for a name, the row with the highest id counts.
CREATE TABLE meta (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    value TEXT NOT NULL
) STRICT;
INSERT INTO meta (id, name, value) VALUES (1, 'canonical_format', '1'), (2, 'chain', 'SHA-256');

-- One row a unit of work.
CREATE TABLE commits (
    seq INTEGER PRIMARY KEY,
    format INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    at_micros INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    request_key BLOB NOT NULL,
    content_hash BLOB NOT NULL CHECK (length(content_hash) = 32),
    result INTEGER NOT NULL,
    answer TEXT NOT NULL,
    first_transfer INTEGER NOT NULL,
    first_event INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- The double entry: amounts in minor units, from debit to credit.
CREATE TABLE transfers (
    id INTEGER PRIMARY KEY,
    commit_seq INTEGER NOT NULL,
    debit_account INTEGER NOT NULL,
    credit_account INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency INTEGER NOT NULL,
    code INTEGER NOT NULL,
    reference INTEGER NOT NULL,
    debit_after_minor INTEGER NOT NULL,
    credit_after_minor INTEGER NOT NULL,
    debit_version INTEGER NOT NULL,
    credit_version INTEGER NOT NULL
) STRICT;

-- Every other fact.
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    commit_seq INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    type INTEGER NOT NULL,
    after_transfers INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

-- History is never edited. INSERT OR REPLACE deletes without saying so, which these see with recursive_triggers = ON.
CREATE TRIGGER meta_update BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'meta is append-only'); END;
CREATE TRIGGER meta_delete BEFORE DELETE ON meta BEGIN SELECT RAISE(ABORT, 'meta is append-only'); END;
CREATE TRIGGER commits_update BEFORE UPDATE ON commits BEGIN SELECT RAISE(ABORT, 'commits is append-only'); END;
CREATE TRIGGER commits_delete BEFORE DELETE ON commits BEGIN SELECT RAISE(ABORT, 'commits is append-only'); END;
CREATE TRIGGER transfers_update BEFORE UPDATE ON transfers BEGIN SELECT RAISE(ABORT, 'transfers is append-only'); END;
CREATE TRIGGER transfers_delete BEFORE DELETE ON transfers BEGIN SELECT RAISE(ABORT, 'transfers is append-only'); END;
CREATE TRIGGER events_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
CREATE TRIGGER events_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
