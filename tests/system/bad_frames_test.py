#!/usr/bin/python3
"""What clients should never send: each gets its typed error or its close code, and nobody else notices."""

import json

import harness
import wire
from harness import ROULETTE, SLOT


def spin(**changes):
    """A good first spin with some members changed; a value of ... takes the member out."""
    frame = {"n": 1, "op": "spin", "game": SLOT, "stake": 20}
    frame.update(changes)
    return json.dumps({key: value for key, value in frame.items() if value is not ...})


def bets(*listed):
    return spin(game=ROULETTE, stake=..., bets=list(listed))


def raw(text, **members):
    """A good first spin in which the text of one member is replaced, to write what json.dumps would not."""
    ((name, literal),) = members.items()
    frame = json.loads(text)
    frame[name] = "@@"
    return json.dumps(frame).replace('"@@"', literal)


RED = {"kind": "red", "stake": 20}

# Each is sent as a text frame after hello. `re`: the n or q that the answer names, None if none could be read.
# codes: what may be said; more than one where the contract leaves the order of checks open.
MALFORMED, UNKNOWN = {"malformed"}, {"operation_unknown"}
BAD = [
    # why                              frame                                             re              codes
    ("empty",                          "",                                               None,           MALFORMED),
    ("not JSON",                       "spin please",                                    None,           MALFORMED),
    ("half an object",                 '{"n":1,"op":"spin"',                             None,           MALFORMED),
    ("more than one value",            spin() + spin(),                                  None,           MALFORMED),
    ("an array",                       "[1,2,3]",                                        None,           MALFORMED),
    ("a string",                       '"spin"',                                         None,           MALFORMED),
    ("null",                           "null",                                           None,           MALFORMED),
    ("an empty object",                "{}",                                             None,           MALFORMED),
    ("nested very deep",               "[" * 8000,                                       None,           MALFORMED),
    ("nested very deep, closed",       '{"n":1,"op":' + "[" * 5000 + "]" * 5000 + "}",   None,           MALFORMED),
    ("a comment",                      "/* hello */" + spin(),                           None,           MALFORMED),
    ("a trailing comma",               '{"q":1,"op":"ping",}',                           None,           MALFORMED),
    ("NaN",                            raw(spin(), stake="NaN"),                         None,           MALFORMED),
    ("single quotes",                  "{'q':1,'op':'ping'}",                            None,           MALFORMED),
    ("a lone surrogate",               '{"q":1,"op":"ping","\\ud800":1}',                None,           MALFORMED),
    ("neither n nor q",                spin(n=...),                                      None,           MALFORMED),
    ("both n and q",                   spin(q=9),                                        ...,            MALFORMED),
    ("a query with n",                 '{"n":1,"op":"balance"}',  ("re", 1), MALFORMED | UNKNOWN),
    ("a command with q",               spin(n=..., q=9),  ("rq", 9), MALFORMED | UNKNOWN),
    ("op missing",                     spin(op=...),                                     ("re", 1),      MALFORMED),
    ("op no string",                   spin(op=7),                                       ("re", 1),      MALFORMED),
    ("op unknown",                     spin(op="steal"),  ("re", 1), UNKNOWN | MALFORMED),
    ("op unknown, a query",            '{"q":9,"op":"steal"}',  ("rq", 9), UNKNOWN | MALFORMED),
    ("op in capitals",                 spin(op="SPIN"),  ("re", 1), UNKNOWN | MALFORMED),
    ("n a string",                     spin(n="1"),                                      None,           MALFORMED),
    ("n a float",                      raw(spin(), n="1.0"),                             None,           MALFORMED),
    ("n with an exponent",             raw(spin(), n="1e0"),                             None,           MALFORMED),
    ("n negative",                     spin(n=-1),                                       None,           MALFORMED),
    ("n zero",                         spin(n=0),                                        None,           MALFORMED),
    ("n = 2^53",                       spin(n=2**53),                                    None,           MALFORMED),
    ("n = 2^63",                       spin(n=2**63),                                    None,           MALFORMED),
    ("n = 2^64 + 1",                   spin(n=2**64 + 1),                                None,           MALFORMED),
    ("n null",                         spin(n=None),                                     None,           MALFORMED),
    ("n true",                         spin(n=True),                                     None,           MALFORMED),
    ("q negative",                     '{"q":-1,"op":"ping"}',                           None,           MALFORMED),
    ("q = 2^53",                       '{"q":9007199254740992,"op":"ping"}',             None,           MALFORMED),
    ("q a float",                      '{"q":1.5,"op":"ping"}',                          None,           MALFORMED),
    ("an unknown member",              spin(turbo=True),                                 ("re", 1),      MALFORMED),
    ("an unknown member of a query",   '{"q":9,"op":"ping","x":1}',                      ("rq", 9),      MALFORMED),
    ("a key twice",                    '{"n":1,"op":"spin","game":"lucky-lines","stake":20,"stake":40}',
                                                                                         ...,            MALFORMED),
    ("n twice",                        '{"n":1,"n":2,"op":"spin","game":"lucky-lines","stake":20}',
                                                                                         ...,            MALFORMED),
    ("no game",                        spin(game=...),                                   ("re", 1),      MALFORMED),
    ("game a number",                  spin(game=1),                                     ("re", 1),      MALFORMED),
    ("neither stake nor bets",         spin(stake=...),                                  ("re", 1),      MALFORMED),
    ("stake a string",                 spin(stake="20"),                                 ("re", 1),      MALFORMED),
    ("stake a float",                  spin(stake=20.0),                                 ("re", 1),      MALFORMED),
    ("stake with an exponent",         raw(spin(), stake="2e1"),                         ("re", 1),      MALFORMED),
    ("stake null",                     spin(stake=None),                                 ("re", 1),      MALFORMED),
    ("stake an object",                spin(stake={"minor": 20}),                        ("re", 1),      MALFORMED),
    ("stake true",                     spin(stake=True),                                 ("re", 1),      MALFORMED),
    ("stake = 2^63",                   spin(stake=2**63),                                ("re", 1),      MALFORMED),
    ("stake = 2^64 + 20",              spin(stake=2**64 + 20),                           ("re", 1),      MALFORMED),
    ("bets no list",                   spin(game=ROULETTE, stake=..., bets=RED),         ("re", 1),      MALFORMED),
    ("a bet no object",                bets("red"),                                      ("re", 1),      MALFORMED),
    ("a bet without kind",             bets({"stake": 20}),                              ("re", 1),      MALFORMED),
    ("a bet without stake",            bets({"kind": "red"}),                            ("re", 1),      MALFORMED),
    ("a bet's kind a number",          bets({"kind": 1, "stake": 20}),                   ("re", 1),      MALFORMED),
    ("a bet's stake a float",          bets({"kind": "red", "stake": 20.5}),             ("re", 1),      MALFORMED),
    ("a bet's unknown member",         bets({**RED, "odds": 99}),                        ("re", 1),      MALFORMED),
    ("a bet's numbers a number",       bets({"kind": "straight", "numbers": 17, "stake": 20}),
                                                                                         ("re", 1),      MALFORMED),
    ("a bet's number a string",        bets({"kind": "straight", "numbers": ["17"], "stake": 20}),
                                                                                         ("re", 1),      MALFORMED),
    ("a bet's number negative",        bets({"kind": "straight", "numbers": [-1], "stake": 20}),
  ("re", 1), MALFORMED | {"bets_invalid"}),
    ("thousands of bets",              spin(game=ROULETTE, stake=..., bets=[RED] * 300), ("re", 1), MALFORMED | {"bets_invalid"}),
    ("a second hello",                 '{"q":9,"op":"hello","token":"x"}',               ("rq", 9),      MALFORMED),
]

# Well formed, but refused for what it asks: recorded under its n. Each is the next command of its connection.
def on(kind, stake=20, numbers=None):
    """A roulette round of one bet."""
    bet = {"kind": kind, "stake": stake}
    return {"game": ROULETTE, "bets": [bet if numbers is None else {**bet, "numbers": numbers}]}


def both(*stakes):
    """A roulette round of red and black."""
    return {"game": ROULETTE, "bets": [{"kind": kind, "stake": stake} for kind, stake in zip(("red", "black"), stakes)]}


BETS, STAKE = {"bets_invalid"}, {"stake_invalid", "stake_too_low", "malformed"}
REFUSED = [
    # why                              frame                                           codes
    ("a stake of zero",                {"game": SLOT, "stake": 0},                     STAKE),
    ("a negative stake",               {"game": SLOT, "stake": -20},                   STAKE),
    ("a stake of 2^53 - 1",            {"game": SLOT, "stake": 2**53 - 1},             {"stake_invalid", "stake_too_high"}),
    ("an unknown game",                {"game": "no-game", "stake": 20},               {"game_unknown"}),
    ("a game with a NUL in its name",  {"game": "lucky-lines\u0000", "stake": 20},     {"game_unknown", "malformed"}),
    ("a game with an empty name",      {"game": "", "stake": 20},                      {"game_unknown", "malformed"}),
    ("a game with a long name",        {"game": "x" * 5000, "stake": 20},              {"game_unknown", "malformed"}),
    ("a slot with bets",               {"game": SLOT, "bets": [RED]},                  BETS | STAKE),
    ("roulette with a stake",          {"game": ROULETTE, "stake": 100},               BETS | STAKE),
    ("no bets",                        {"game": ROULETTE, "bets": []},                 BETS | STAKE),
    ("both stake and bets, unequal",   {**on("red"), "stake": 999},                    BETS | STAKE),
    ("an unknown kind of bet",         on("moon"),                                     BETS),
    ("a kind with a NUL",              on("red\u0000"),                                BETS),
    ("straight on 37",                 on("straight", numbers=[37]),                   BETS),
    ("straight on nothing",            on("straight", numbers=[]),                     BETS),
    ("straight on two",                on("straight", numbers=[1, 2]),                 BETS),
    ("a split of strangers",           on("split", numbers=[1, 36]),                   BETS),
    ("a split of one with itself",     on("split", numbers=[1, 1]),                    BETS),
    ("a corner round a corner",        on("corner", numbers=[3, 4, 6, 7]),             BETS),
    ("red with numbers",               on("red", numbers=[1]),                         BETS),
    ("a fourth dozen",                 on("dozen", numbers=[4]),                       BETS),
    ("a bet of zero",                  on("red", 0),                                   BETS | STAKE),
    ("a negative bet beside a larger", both(200, -100),                                BETS | STAKE),
    ("bets whose sum is huge",         both(2**53 - 1, 2**53 - 1),                     BETS | {"stake_invalid", "stake_too_high"}),
]


class BadFrames(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.casino = self.server(settings={"sessions.malformed_max": 1000})
        self.ada = self.casino.player("Ada")
        self.neighbour = self.casino.player("Neighbour").connect()

    def undisturbed(self):
        """The neighbour plays on, on the same connection."""
        self.assertIn("ok", self.neighbour.spin())

    def test_each_gets_its_typed_error(self):
        play = self.ada.connect()
        money = play.balance()
        for why, text, key, codes in BAD:
            with self.subTest(why):
                play.send_text(text)
                while True:
                    _, value = play.next()
                    if "error" in value:
                        break
                    self.assertIn("ev", value, f"{text[:100]} was taken: {value}")
                self.assertIn(value["error"]["code"], codes, value)
                named = next(((name, value[name]) for name in ("re", "rq") if name in value), None)
                if key is not ...:
                    self.assertEqual(named, key, f"of {text[:100]}")
                self.assertEqual(play.query("ping"), {"op": "ping"})
                self.undisturbed()
        self.assertEqual(play.balance(), money)
        self.assertIn("ok", play.spin())  # n = 1 is still free.

    def test_each_impossible_wish_is_refused(self):
        play = self.ada.connect()
        money = play.balance()
        for why, wish, codes in REFUSED:
            with self.subTest(why):
                answer = play.ask({"n": play.n, "op": "spin", **wish}, checked=False)
                self.assertIn("error", answer)
                self.assertIn(answer["error"]["code"], codes)
                if answer["error"]["code"] != "malformed":  # Then it is recorded.
                    again = play.ask({"n": play.n, "op": "spin", **wish}, checked=False)
                    self.assertEqual(again, answer)
                    play.n += 1
        self.assertEqual(play.balance(), money)
        self.undisturbed()
        self.assertIn("ok", play.spin())

    def closes(self, codes, action, hello=True):
        """The action makes the server close with one of the codes."""
        connection = harness.Connection(self.casino, self.ada.token, hello=hello)
        try:
            action(connection)
        except OSError:
            pass  # The server had seen enough; its close frame is compared below.
        self.assertIn(connection.close_code(), codes)
        self.undisturbed()
        self.assertIn("ok", harness.Connection(self.casino, self.ada.token).spin())

    def test_a_binary_frame_closes(self):
        self.closes({1003}, lambda play: play.send_frame(wire.BINARY, json.dumps(play.spin_frame()).encode()))

    def test_text_that_is_not_utf8_closes(self):
        self.closes({1007}, lambda play: play.send_frame(wire.TEXT, b'{"q":1,"op":"\xff"}'))

    def test_a_huge_frame_closes(self):
        self.closes({1009}, lambda play: play.send_text('{"q":1,"op":"' + "x" * 20_000 + '"}'))

    def test_a_huge_frame_in_small_pieces_closes(self):
        def dribble(play):
            play.send_frame(wire.TEXT, b'{"q":1,"op":"', fin=False)
            for _ in range(33):  # Only the last one goes beyond the limit.
                play.send_frame(wire.CONTINUATION, b"x" * 500, fin=False)
        self.closes({1009}, dribble)

    def test_a_length_of_2_to_the_62_closes_at_once(self):
        head = bytes([0x80 | wire.TEXT, 0x80 | 127]) + (2**62).to_bytes(8, "big") + b"\0\0\0\0"
        self.closes({1009, 1002}, lambda play: play.send(head))

    def test_before_hello_nothing_else(self):
        for text in ('{"q":1,"op":"balance"}', spin()):
            with self.subTest(text):
                connection = harness.Connection(self.casino, self.ada.token, hello=False)
                connection.send_text(text)
                try:
                    _, value = connection.next()
                    self.assertEqual(value["error"]["code"], "not_logged_in")
                    connection.close()
                except wire.Closed as closed:
                    self.assertEqual(closed.code, 4003)
        self.undisturbed()

    def test_wrong_tokens_close_with_4003(self):
        for token in ("", "x", self.ada.token + "x", self.ada.token[:-1], "x" * 5000, "\u0000", "é" * 43):
            with self.subTest(token[:20]):
                connection = harness.Connection(self.casino, self.ada.token, hello=False)
                connection.send_text(json.dumps({"q": 1, "op": "hello", "token": token}))
                self.assertEqual(connection.close_code(), 4003)
        self.undisturbed()

    def test_hello_not_well_formed(self):
        for member, value in (("token", 7), ("token", None), ("resume", 7), ("resume", {}), ("resume", {"seq": 1}),
                              ("resume", {"instance": "x", "seq": -1}), ("resume", {"instance": 1, "seq": 1}),
                              ("resume", {"instance": "x", "seq": 1, "y": 2}), ("extra", 1), ("n", 1)):
            with self.subTest(f"{member}={value}"):
                connection = harness.Connection(self.casino, self.ada.token, hello=False)
                connection.send_text(json.dumps({"q": 1, "op": "hello", "token": self.ada.token, member: value}))
                try:
                    _, answer = connection.next()
                    self.assertEqual(answer["error"]["code"], "malformed")
                    connection.close()
                except wire.Closed as closed:
                    self.assertEqual(closed.code, 4003)
        self.undisturbed()


class Limits(harness.SystemTest):
    def test_too_many_malformed_frames_close_with_1008(self):
        server = self.server(settings={"sessions.malformed_max": 5})
        play = server.player("Ada").connect()
        neighbour = server.player("Neighbour").connect()
        for _ in range(12):
            play.send_text("nonsense")
        errors = 0
        with self.assertRaises(wire.Closed) as closed:
            while True:
                _, value = play.next()
                errors += "error" in value
        self.assertEqual(closed.exception.code, 1008)
        self.assertIn(errors, (4, 5, 6))
        self.assertIn("ok", neighbour.spin())

    def test_no_hello_in_time_closes_with_4003(self):
        server = self.server(settings={"edge.hello_timeout_ms": 200})
        ada = server.player("Ada")
        self.assertEqual(harness.Connection(server, ada.token, hello=False).close_code(), 4003)

    def test_beyond_the_rate_is_a_transient_no(self):
        server = self.server(settings={"edge.frames_per_second": 10, "edge.frames_burst": 10})
        play = server.player("Ada").connect()
        neighbour = server.player("Neighbour").connect()
        for n in range(1, 41):
            play.put(play.spin_frame(n))
        limited, played = [], []
        while len(limited) + len(played) < 40:
            _, value = play.next()
            if "re" not in value:
                continue
            if "ok" in value:
                played.append(value["re"])
            else:
                self.assertIn(value["error"]["code"], ("rate_limited", "out_of_order"))
                limited.append(value)
        refused = [value for value in limited if value["error"]["code"] == "rate_limited"]
        self.assertGreaterEqual(len(refused), 20)
        self.assertTrue(all(value["error"]["retry_after_ms"] > 0 for value in refused))
        self.assertEqual(played, list(range(1, len(played) + 1)))
        self.assertIn("ok", neighbour.spin())

        # The same n again, once there is room: it was never consumed.
        play.n = len(played) + 1
        harness.eventually(lambda: "ok" in play.ask(play.spin_frame()), "there is room again")

    def test_flooding_beyond_the_rate_closes_with_1008(self):
        server = self.server(settings={"edge.frames_per_second": 10, "edge.frames_burst": 10, "edge.frames_excess_max": 50})
        play, neighbour = server.player("Ada").connect(), server.player("Neighbour").connect()
        try:
            for n in range(1, 1001):
                play.put(play.spin_frame(n))
        except OSError:
            pass  # Cut while we still sent.
        refused = 0
        try:
            while True:
                _, value = play.next()
                refused += value.get("error", {}).get("code") == "rate_limited"
        except (wire.Closed, OSError) as closed:
            self.assertIn(getattr(closed, "code", None), (1008, None))  # It may be lost in what was cut.
        self.assertLessEqual(refused, 200)
        self.assertIn("ok", neighbour.spin())

    def test_a_silent_connection_is_closed(self):
        server = self.server(settings={"edge.ping_interval_ms": 100, "edge.silence_max_ms": 300})
        ada = server.player("Ada")
        play = ada.connect()
        for _ in range(10):
            opcode, _ = play.read_event()  # Answers pings, so it lives on.
            self.assertIn(opcode, (wire.PING, wire.TEXT))
        play.ping()
        dead = server.player("Bob").connect()
        self.assertNotIn(dead.rest(), (b"",))  # Pings arrive, unanswered; then the stream ends.

    def test_idling_closes_with_4004(self):
        server = self.server(settings={"sessions.idle_s": 10, "edge.ping_interval_ms": 1000})
        self.assertEqual(server.player("Ada").connect().close_code(), 4004)

    def test_a_reader_too_slow_is_closed_and_nobody_waits_for_it(self):
        server = self.server(settings={"edge.outbox_max_bytes": 4096 * 4})
        slow, neighbour = server.player("Slow").connect(), server.player("Neighbour").connect()
        text = json.dumps({"q": 1, "op": "games"})
        slow.socket.settimeout(0.2)
        try:
            for _ in range(100_000):  # Asks for much and reads nothing, until the server lets go.
                slow.send_text(text)
        except OSError:
            pass
        self.assertIn("ok", neighbour.spin())
        harness.eventually(lambda: neighbour.query("online")["players"] == 1, "the slow one is gone")
        slow.socket.settimeout(wire.TIMEOUT)
        self.assertIn(slow.close_code(), (4002, None))  # Its close frame may be lost in what was cut.


if __name__ == "__main__":
    harness.main()
