#!/usr/bin/python3
"""kill -9 in mid-play, twenty times in a row, under load. After each start: the chain verifies, sums are zero, and nothing
that was acknowledged is missing or doubled.

Each session has one command in flight. An answer that arrived is acknowledged: it must be repeated byte for byte, for ever,
and the balance must be what the acknowledged rounds make it. The command in flight was decided once or not at all; sent
again, it is decided exactly once.
"""

import json
import os
import random
import sqlite3
import threading
import time

import harness
from harness import ROULETTE, SLOT
from wire import Closed

KILLS = int(os.environ.get("CROUPIER_KILLS", "20"))
SEED = int(os.environ.get("CROUPIER_SEED", time.time_ns() % 1_000_000))
SESSIONS = 12


class Gambler:
    """One session that plays, and keeps its own books."""

    def __init__(self, player, dice):
        self.player = player
        self.dice = dice
        self.money = player.start
        self.answers = []  # The acknowledged ones, as text; that of n stands at n - 1.
        self.frames = []   # Likewise; the last may be in flight, without an answer.
        self.waiting = None  # The answer of a round that asks.
        self.failure = None

    def decide(self):
        """The next command: mostly good ones, some that are refused."""
        n = len(self.frames) + 1
        if self.waiting is not None:
            choice = self.dice.randrange(self.waiting["awaits"]["choices"])
            return {"n": n, "op": "choose", "round": self.waiting["round"], "choice": choice}
        kind = self.dice.randrange(10)
        if kind < 6:
            game, step = (SLOT, 20) if kind < 3 else ("starry-night", 10) if kind < 4 else ("treasure-chests", 15)
            return {"n": n, "op": "spin", "game": game, "stake": step * self.dice.randint(1, 5)}
        if kind < 7:
            return {"n": n, "op": "spin", "game": "jacks-or-better", "bets": [{"kind": "coins", "numbers": [5], "stake": 25}]}
        if kind < 9:
            return {"n": n, "op": "spin", "game": ROULETTE,
                    "bets": [{"kind": "red", "stake": 100}, {"kind": "straight", "numbers": [n % 37], "stake": 10}]}
        return {"n": n, "op": "spin", "game": "no-game", "stake": 20}

    def acknowledge(self, text):
        """The answer of the last frame arrived: into the books."""
        answer = json.loads(text)
        assert answer["re"] == len(self.answers) + 1 == len(self.frames), text
        if "ok" in answer:
            chosen = self.frames[-1]["op"] == "choose"  # Then the stake was held before.
            self.money += answer["ok"]["win"] - (0 if chosen else answer["ok"]["stake"])
            self.waiting = answer["ok"] if "awaits" in answer["ok"] else None
            assert answer["ok"]["balance"]["available"] == self.money, f"{text} but the books say {self.money}"
        else:
            assert answer["error"]["code"] in ("game_unknown", "insufficient_funds"), text
        self.answers.append(text)

    def in_flight(self):
        return len(self.frames) > len(self.answers)

    def play(self, heard):
        """Plays until the server is gone."""
        try:
            connection = self.player.connect()
            while True:
                if not self.in_flight():
                    self.frames.append(self.decide())
                self.acknowledge(connection.ask_text(self.frames[-1]))
                heard()
        except (Closed, OSError):
            pass  # Killed.
        except Exception as failure:  # Told by the main thread.
            self.failure = failure

    def check(self):
        """After a restart: what was acknowledged stands, and what was in flight is decided once."""
        connection = self.player.connect()
        last_n = connection.welcome["last_n"]
        assert len(self.answers) <= last_n <= len(self.frames), \
            f"last_n is {last_n}, acknowledged are {len(self.answers)}, sent {len(self.frames)}"
        told = {result["re"]: result for result in connection.welcome["results"]}
        if self.in_flight():
            text = connection.ask_text(self.frames[-1])
            assert last_n < len(self.frames) or told[last_n] == json.loads(text), "welcome and answer differ"
            self.acknowledge(text)
        for n, text in list(enumerate(self.answers, 1))[-16:]:
            assert connection.ask_text(self.frames[n - 1]) == text, f"n = {n} got another answer than {text}"
            assert n not in told or told[n] == json.loads(text), f"the welcome tells another n = {n}"
        balance = connection.balance()
        assert balance["available"] == self.money, f"{balance}, but the books say {self.money}"
        connection.close()

    def check_all(self):
        """Every answer ever acknowledged, and the history: each round once."""
        connection = self.player.connect()

        def repeated(n):
            text = connection.ask_text(self.frames[n - 1])
            code = json.loads(text).get("error", {}).get("code")
            return None if code in ("overloaded", "in_flight") else text  # The views may be behind for a moment.

        for n, text in enumerate(self.answers, 1):
            assert harness.eventually(lambda n=n: repeated(n), f"n = {n}") == text, f"n = {n} got another answer"
        rounds = [json.loads(text).get("ok", {"awaits": "refused"}) for text in self.answers]
        rounds = [ended for ended in rounds if "awaits" not in ended]
        expected = [(spun["round"], spun["stake"], spun["win"]) for spun in reversed(rounds)]
        shown = []

        def complete():
            pages = self.player.pages("/api/v1/me/rounds", "rounds", 100)
            shown[:] = [(entry["round"], entry["stake"], entry["win"]) for entry in pages]
            return len(shown) >= len(expected)

        harness.eventually(complete, "the history is complete")
        assert shown == expected, "the history differs from what was acknowledged"
        entries = self.player.pages("/api/v1/me/statement", "entries", 100)
        assert sum(entry["amount"] for entry in entries) == self.money, "the statement differs from the books"


class Newcomers:
    """Registers players while the server lives: whoever was told 201 is there after the crash."""

    def __init__(self, server):
        self.server = server
        self.names = []
        self.maybe = None
        self.failure = None

    def arrive(self):
        try:
            while True:
                self.maybe = f"Newcomer {len(self.names)}"
                answer = self.server.call("POST", "/api/v1/players", {"nickname": self.maybe})
                if answer.status == 503:
                    continue  # Transient: keys are being made.
                assert answer.status == 201, answer.body
                self.names.append((self.maybe, answer.json["player"]))
        except (OSError, harness.http.client.HTTPException):
            pass  # Killed.
        except Exception as failure:
            self.failure = failure

    def check(self):
        for name, player in self.names[-5:]:
            answer = self.server.call("POST", "/api/v1/sessions", {"nickname": name})
            assert answer.status == 201 and answer.json["player"] == player, f"{name} {player}: {answer.body}"
        answer = self.server.call("POST", "/api/v1/players", {"nickname": self.maybe})
        assert answer.status in (201, 409), answer.body
        answer = self.server.call("POST", "/api/v1/sessions", {"nickname": self.maybe})
        assert answer.status == 201, answer.body
        self.names.append((self.maybe, answer.json["player"]))


class Crash(harness.SystemTest):
    def test_killed_in_mid_play(self):
        print(f"seed {SEED}, {KILLS} kills", flush=True)
        dice = random.Random(SEED)
        server = self.server(settings={"store.snapshot_units": 200})
        gamblers = [Gambler(server.player(f"Gambler {i}"), random.Random(dice.random())) for i in range(SESSIONS)]
        newcomers = Newcomers(server)
        acknowledged = 0
        for life in range(1, KILLS + 1):
            self.play_until(server, gamblers, newcomers, dice.randint(30, 300))
            check = harness.run("ledger", "check", "--data-dir", server.data_dir)
            in_flight = sum(gambler.in_flight() for gambler in gamblers)
            server.start()
            for gambler in gamblers:
                gambler.check()
            newcomers.check()
            total = sum(len(gambler.answers) for gambler in gamblers)
            print(f"life {life}: {total - acknowledged} acknowledged, {in_flight} in flight, "
                  f"{len(newcomers.names)} newcomers; {check.stdout.strip().splitlines()[-1:]}", flush=True)
            self.assertGreater(total, acknowledged)
            acknowledged = total
        for gambler in gamblers:
            gambler.check_all()
        server.stop()
        harness.run("ledger", "check", "--data-dir", server.data_dir)

    def play_until(self, server, gamblers, newcomers, answers):
        """Everybody plays; after so many answers the server is killed."""
        enough = threading.Event()
        lock = threading.Lock()
        count = 0

        def heard():
            nonlocal count
            with lock:
                count += 1
                if count >= answers:
                    enough.set()

        threads = [threading.Thread(target=gambler.play, args=(heard,)) for gambler in gamblers]
        threads.append(threading.Thread(target=newcomers.arrive))
        for thread in threads:
            thread.start()
        arrived = enough.wait(harness.TIMEOUT)
        server.kill()
        for thread in threads:
            thread.join(harness.TIMEOUT)
            self.assertFalse(thread.is_alive())
        for who in [*gamblers, newcomers]:
            if who.failure is not None:
                raise who.failure
        self.assertTrue(arrived, f"only {count} of {answers} answers came")

    def test_killed_again_and_again_while_starting(self):
        """A start that is itself killed leaves no mess."""
        server = self.server()
        ada = server.player("Ada")
        play = ada.connect()
        first = [play.ask_text(play.spin_frame(n)) for n in range(1, 31)]
        server.kill()
        for delay_ms in (0, 1, 2, 5, 10, 20, 50, 100, 200):
            server.launch()
            try:
                server.process.wait(delay_ms / 1000)
                self.fail(f"the start failed\n{server.tail()}")
            except harness.subprocess.TimeoutExpired:
                server.kill()
        harness.run("ledger", "check", "--data-dir", server.data_dir)
        server.start()
        play = ada.connect()
        self.assertEqual([play.ask_text(play.spin_frame(n)) for n in range(15, 31)], first[14:])
        server.stop()


class Damage(harness.SystemTest):
    """The checks that the tests above rely on do see damage."""

    def setUp(self):
        super().setUp()
        self.casino = self.server()
        play = self.casino.player("Ada").connect()
        for _ in range(5):
            play.spin()
        self.casino.stop()
        self.ledger = self.casino.data_dir / "ledger.db"

    def damaged(self, statement):
        """Somebody with the right to write the file edits it, and leaves the triggers as they were."""
        database = sqlite3.connect(self.ledger)
        triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        self.assertGreaterEqual(len(triggers), 6)
        for name, _ in triggers:
            database.execute(f'DROP TRIGGER "{name}"')
        self.assertGreater(database.execute(statement).rowcount, 0)
        for _, sql in triggers:
            database.execute(sql)
        database.commit()
        database.close()
        result = harness.run("ledger", "check", "--data-dir", self.casino.data_dir, check=False)
        self.assertEqual(result.returncode, 1, f"{statement}: not seen\n{result.stdout}")
        with self.assertRaisesRegex(AssertionError, "did not start; exit status [1-9]"):
            self.casino.start()

    def test_history_cannot_be_edited_by_mistake(self):
        database = sqlite3.connect(self.ledger)
        database.execute("PRAGMA recursive_triggers = ON")
        for statement in ("UPDATE transfers SET amount_minor = 1", "DELETE FROM commits", "DELETE FROM events",
                          "INSERT OR REPLACE INTO transfers SELECT * FROM transfers LIMIT 1"):
            with self.subTest(statement), self.assertRaisesRegex(sqlite3.Error, "append-only"):
                database.execute(statement)
        database.close()

    def test_a_whole_ledger_passes(self):
        harness.run("ledger", "check", "--data-dir", self.casino.data_dir)
        self.casino.start()

    def test_an_amount_that_was_changed(self):
        self.damaged("UPDATE transfers SET amount_minor = amount_minor + 1 WHERE id = (SELECT max(id) FROM transfers)")

    def test_a_transfer_that_is_missing(self):
        self.damaged("DELETE FROM transfers WHERE id = 3")

    def test_a_commit_that_is_missing(self):
        self.damaged("DELETE FROM commits WHERE seq = 4")

    def test_an_answer_that_was_changed(self):
        self.damaged("UPDATE commits SET answer = replace(answer, 'win', 'won') WHERE seq = (SELECT max(seq) FROM commits)")


if __name__ == "__main__":
    harness.main()
