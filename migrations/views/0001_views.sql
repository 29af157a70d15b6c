-- min_reader: 1
-- What players and the house ask for, projected from the facts. All of it can be built again from ledger.db, and
-- nothing in it names a person.

PRAGMA application_id = 1129467990;  -- "CRPV"

-- Up to which unit the rows below are true, and that unit's hash: rows of another ledger are noticed by it.
CREATE TABLE progress (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    applied_seq INTEGER NOT NULL,
    applied_hash BLOB NOT NULL
) STRICT;
INSERT INTO progress (id, applied_seq, applied_hash) VALUES (1, 0, zeroblob(32));

CREATE TABLE accounts (
    account INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    pocket INTEGER NOT NULL,
    player INTEGER NOT NULL,
    currency INTEGER NOT NULL
) STRICT;
CREATE INDEX accounts_by_player ON accounts (player, account);

-- Every unit that answers a request. The same key twice keeps its first answer.
CREATE TABLE requests (
    seq INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL,
    key BLOB NOT NULL,
    content_hash BLOB NOT NULL,
    result INTEGER NOT NULL,
    answer TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX requests_by_key ON requests (scope, key);

-- Settled rounds; what was answered stands in requests, under the same seq.
CREATE TABLE rounds (
    player INTEGER NOT NULL,
    round INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at_micros INTEGER NOT NULL,
    game TEXT NOT NULL,
    stake_minor INTEGER NOT NULL,
    win_minor INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    bets BLOB NOT NULL,
    PRIMARY KEY (player, round)
) STRICT, WITHOUT ROWID;

-- Transfers as the player of an account sees them. id: transfer * 2, + 1 on the side that gains.
CREATE TABLE statement (
    player INTEGER NOT NULL,
    id INTEGER NOT NULL,
    account INTEGER NOT NULL,
    transfer INTEGER NOT NULL,
    at_micros INTEGER NOT NULL,
    code INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    balance_after_minor INTEGER NOT NULL,
    version INTEGER NOT NULL,
    reference INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    PRIMARY KEY (player, id)
) STRICT, WITHOUT ROWID;
