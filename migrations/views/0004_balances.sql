-- min_reader: 4
-- What balances were at any seq: the held accounts' units are a player's too, and every 4096 units the sums by kind are kept.

CREATE INDEX accounts_by_player ON accounts (player);

-- The trial balance after the unit `seq`: the canonical bytes of a list of TrialRow.
CREATE TABLE trials (
    seq INTEGER PRIMARY KEY,
    rows BLOB NOT NULL
) STRICT;

DELETE FROM accounts;
DELETE FROM units;
DELETE FROM nodes;
DELETE FROM history;
DELETE FROM requests;
UPDATE progress SET applied_seq = 0, applied_hash = zeroblob(32) WHERE id = 1;
