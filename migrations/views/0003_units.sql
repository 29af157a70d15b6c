-- min_reader: 3
-- The units themselves, and where each player's and each caller's are: one appended row a unit, and one short row for all that
-- an owner has in 4096 units. All of it comes again from the ledger.

DROP TABLE requests;
DROP TABLE rounds;
DROP TABLE statement;
DELETE FROM accounts;
UPDATE progress SET applied_seq = 0, applied_hash = zeroblob(32) WHERE id = 1;

-- The ledger's units, in their canonical bytes, with their hashes.
CREATE TABLE units (
    seq INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

-- The units in which a player's money moved or a round of theirs was settled. block: seq / 4096. entries: ten bytes each, in the
-- order of the ledger: seq % 4096 (two bytes, little-endian), then the round that was settled, or 0 (eight bytes).
CREATE TABLE history (
    player INTEGER NOT NULL,
    block INTEGER NOT NULL,
    entries BLOB NOT NULL,
    PRIMARY KEY (player, block)
) STRICT, WITHOUT ROWID;

-- The hashes that a tree over all units (RFC 6962) has above each 256, 65536 and 16777216 of them: level 1, 2, 3; place: which of
-- its level, from 0. With the units they give every root and every proof.
CREATE TABLE nodes (
    level INTEGER NOT NULL,
    place INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, place)
) STRICT, WITHOUT ROWID;

-- The units that answer a caller's requests; entries as above, with the FNV-1a hash of the request's key in the round's place.
CREATE TABLE requests (
    scope INTEGER NOT NULL,
    block INTEGER NOT NULL,
    entries BLOB NOT NULL,
    PRIMARY KEY (scope, block)
) STRICT, WITHOUT ROWID;
