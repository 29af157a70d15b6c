-- min_reader: 2
-- Every table of rows is one tree in the order of its key: a row costs one insert. All of it comes again from the ledger.

DROP TABLE requests;
DROP TABLE rounds;
DROP TABLE statement;
DROP INDEX accounts_by_player;
DELETE FROM accounts;
UPDATE progress SET applied_seq = 0, applied_hash = zeroblob(32) WHERE id = 1;

-- Every unit that answers a request. The same key twice keeps its first answer.
CREATE TABLE requests (
    scope INTEGER NOT NULL,
    key BLOB NOT NULL,
    seq INTEGER NOT NULL,
    content_hash BLOB NOT NULL,
    result INTEGER NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

-- Settled rounds; what was answered stands in requests, under scope and key (0 and empty: it answered no request).
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
    scope INTEGER NOT NULL,
    key BLOB NOT NULL,
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
