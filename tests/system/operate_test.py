#!/usr/bin/python3
"""What those who run the server rely on: health, metrics, draining, backups, erasing, and the small commands."""

import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading

import harness
import wire

SHIM = os.environ.get("CROUPIER_HOLD_SYNC", "")
ERASED = "Klaudia Vergissmich"


class Seen(harness.SystemTest):
    """From outside."""

    def test_a_new_game_is_written_served_and_played(self):
        with tempfile.TemporaryDirectory() as folder:
            done = harness.run("new-game", "golden-night", "--directory", folder)
            self.assertIn("golden-night.json", done.stdout)
            again = harness.run("new-game", "golden-night", "--directory", folder, check=False)
            self.assertEqual(again.returncode, 1)
            self.assertIn("there already", again.stderr)
            self.assertEqual(harness.run("new-game", "No Such Name", "--directory", folder, check=False).returncode, 1)
            casino = self.server(settings={"games.directory": folder})
            games = casino.get("/api/v1/games").json["games"]
            self.assertEqual([(game["game"], game["name"]) for game in games], [("golden-night", "Golden Night")])
            self.assertIn("ok", casino.player("Ada").connect().spin(game="golden-night"))

    def test_health_and_readiness(self):
        server = self.server()
        for path in ("/healthz", "/readyz"):
            self.assertEqual(server.get(path).status, 200)
            self.assertEqual(server.call("HEAD", path).body, b"")
            self.problem(server.call("POST", path, b""), 405, "method_not_allowed")

    def test_not_ready_when_the_disk_is_low(self):
        server = self.server()
        ada = server.player("Ada")
        server.stop()
        ada.server = server = self.server(data_dir=server.data_dir, settings={"store.disk_free_min_bytes": 1024**4})
        self.assertEqual(server.get("/healthz").status, 200)
        self.assertEqual(server.get("/readyz").status, 503)
        play = ada.connect()
        self.refused(play.ask(play.spin_frame()), "disk_low")
        self.assertEqual(play.balance()["available"], ada.start)
        answer = server.call("POST", "/api/v1/players", {"nickname": "Bob"})
        self.assertEqual(answer.status, 503)
        self.assertIn(answer.json["code"], ("disk_low", "overloaded"))

    def metrics(self, server):
        """Samples by name and labels."""
        answer = server.get("/metrics")
        self.assertEqual(answer.status, 200)
        samples = {}
        for line in answer.body.decode().splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                samples[name] = float(value)
        return answer.body, samples

    def test_metrics(self):
        server = self.server()
        play = server.player("Ada").connect()
        for _ in range(5):
            play.spin()
        play.ask(play.spin_frame(99))  # out_of_order
        text, samples = self.metrics(server)
        for part in ("sync", "batch", "bus", "session", "queue", "_bucket{"):
            self.assertTrue(any(part in name for name in samples), f"no metric with {part} in its name")
        self.assertTrue(any("spin" in name.lower() and value >= 5 for name, value in samples.items()))
        self.assertNotIn(b"Ada", text)
        play.spin()
        _, later = self.metrics(server)
        self.assertTrue(set(samples) <= set(later), "no series vanishes")
        falling = [name for name in samples if name.split("{")[0].endswith(("_total", "_bucket", "_count"))
                   and later[name] < samples[name]]
        self.assertEqual(falling, [])

    @harness.unittest.skipUnless(shutil.which("promtool"), "promtool is not installed (package prometheus)")
    def test_promtool_accepts_the_metrics(self):
        server = self.server()
        play = server.player("Ada").connect()
        play.spin()
        text, _ = self.metrics(server)
        result = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True,
                                timeout=harness.TIMEOUT)
        self.assertEqual((result.returncode, result.stdout + result.stderr), (0, b""))

    @harness.unittest.skipUnless(shutil.which("promtool"), "promtool is not installed (package prometheus)")
    def test_the_alert_rules_are_valid_and_ask_for_series_that_exist(self):
        rules = pathlib.Path(__file__).resolve().parents[2] / "docs" / "alerts.yml"
        result = subprocess.run(["promtool", "check", "rules", rules], capture_output=True, text=True,
                                timeout=harness.TIMEOUT)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        server = self.server()
        server.player("Ada").connect().spin()
        _, samples = self.metrics(server)
        names = {name.split("{")[0] for name in samples}
        asked = set(re.findall(r"croupier_[a-z_]+", rules.read_text()))
        self.assertLessEqual(asked, names)
        self.assertEqual(samples['croupier_game_rounds_total{game="lucky-lines"}'], 1)
        self.assertEqual(samples['croupier_game_staked_minor_total{game="lucky-lines"}'], 20)

    def test_log_lines_are_json_and_tell_no_names(self):
        server = self.server(settings={"log.level": "trace", "log.format": "json"})
        ada = server.player("Ada Lovelace")
        play = ada.connect()
        play.spin()
        play.send_text("nonsense")
        self.refused(play.next()[1], "malformed")
        ada.get("/api/v1/me")
        server.stop()
        lines = [line for line in server.log if line.strip()]
        self.assertGreater(len(lines), 1)
        for line in lines:
            self.assertIsInstance(json.loads(line), dict, line)
        # That no nickname and no token stands in any log is checked after every test (harness.py).


class Drain(harness.SystemTest):
    def test_sigterm_finishes_what_was_accepted_and_refuses_the_rest(self):
        rule, held = self.folder / "rule", self.folder / "rule.held"
        options = os.environ.get("ASAN_OPTIONS", "")
        server = self.server(
            environment={"LD_PRELOAD": SHIM, "CROUPIER_HOLD_FILE": str(rule),
                         "ASAN_OPTIONS": (options + ":" if options else "") + "verify_asan_link_order=0"},
            settings={"server.drain_timeout_ms": 60_000})
        play = server.player("Ada").connect()
        play.spin()

        rule.write_text("hold")  # The disk is slow, so that the next spin is still in flight when SIGTERM comes.
        play.put(play.spin_frame(2))
        harness.eventually(held.exists, "the spin waits for the disk")
        server.process.send_signal(signal.SIGTERM)
        harness.eventually(lambda: self.refuses_connections(server), "no new connections are taken")
        play.put(play.spin_frame(3))
        while True:
            _, value = play.next()
            self.assertNotEqual(value.get("re"), 2, "left before it was durable")
            if value.get("re") == 3:
                self.refused(value, "draining")
                break
        self.assertTrue(server.running())

        rule.unlink()
        with self.assertRaises(wire.Closed) as closed:
            answers = []
            while True:
                _, value = play.next()
                answers.append(value)
        self.assertEqual(closed.exception.code, 1001)
        self.assertEqual([value["re"] for value in answers if "re" in value], [2])
        self.assertIn("ok", next(value for value in answers if value.get("re") == 2))
        self.assertEqual(server.wait(), 0)

    def refuses_connections(self, server):
        try:
            return server.get("/readyz", timeout=5).status == 503
        except (OSError, harness.http.client.HTTPException):
            return True

    def test_clients_hear_of_it(self):
        server = self.server()
        plays = [server.player(f"Player {i}").connect() for i in range(3)]
        server.process.send_signal(signal.SIGTERM)
        for play in plays:
            play.push("draining")
            self.assertEqual(play.close_code(), 1001)
        self.assertEqual(server.wait(), 0)

    def test_a_client_that_never_reads_does_not_hold_it_up(self):
        server = self.server(settings={"server.drain_timeout_ms": 500})
        server.player("Ada").connect()  # Never answers the close.
        idle = wire.Stream(server.address)
        half = wire.Stream(server.address)
        half.send(b"GET /api/v1/games HTTP/1.1\r\nHost: x\r\n")
        server.stop()
        for stream in (idle, half):
            stream.rest()

    def test_a_stop_that_hangs_is_cut_in_time_whatever_hangs(self):
        for part in ("ledger.db", "snapshots"):  # The writer's thread; and the last snapshot, for which the loop waits.
            with self.subTest(part):
                rule, held = self.folder / f"{part}.rule", self.folder / f"{part}.rule.held"
                options = os.environ.get("ASAN_OPTIONS", "")
                server = self.server(
                    environment={"LD_PRELOAD": SHIM, "CROUPIER_HOLD_FILE": str(rule),
                                 "ASAN_OPTIONS": (options + ":" if options else "") + "verify_asan_link_order=0"},
                    settings={"server.drain_timeout_ms": 1000})
                ada = server.player("Ada")
                play = ada.connect()
                play.spin()
                rule.write_text(f"hold {part}")
                play.put(play.spin_frame(2))
                if part == "ledger.db":
                    harness.eventually(held.exists, "the spin waits for the disk")
                server.process.send_signal(signal.SIGTERM)
                self.assertEqual(server.wait(), 75)
                self.assertTrue(held.exists())
                self.assertIn("could not drain in time", server.log[-1])
                rule.unlink()
                server.start()
                self.assertIn(ada.connect().welcome["last_n"], (1, 2))
                server.stop()

    def test_sigint_is_the_same(self):
        server = self.server()
        server.process.send_signal(signal.SIGINT)
        self.assertEqual(server.wait(), 0)

    def test_stopping_under_load_loses_nothing(self):
        server = self.server()
        players = [server.player(f"Player {i}") for i in range(6)]
        answers = {player: [] for player in players}
        going = threading.Barrier(len(players) + 1)

        def play(player):
            connection = player.connect()
            answers[player].append(connection.ask_text(connection.spin_frame(1)))
            going.wait(harness.TIMEOUT)
            try:
                for n in range(2, 100_000):
                    text = connection.ask_text(connection.spin_frame(n))
                    if "error" in json.loads(text):
                        return
                    answers[player].append(text)
            except (wire.Closed, OSError):
                pass

        threads = [threading.Thread(target=play, args=(player,)) for player in players]
        for thread in threads:
            thread.start()
        going.wait(harness.TIMEOUT)
        server.stop()
        for thread in threads:
            thread.join(harness.TIMEOUT)
        server.start()
        for player in players:
            connection = player.connect()
            count = len(answers[player])
            self.assertEqual(connection.welcome["last_n"], count, "nothing was decided without an answer")
            for n in range(max(1, count - 15), count + 1):
                self.assertEqual(connection.ask_text(connection.spin_frame(n)), answers[player][n - 1])


class Keep(harness.SystemTest):
    """Backup, restore, erase, rebuild."""

    def played(self, server, nickname="Ada", spins=20):
        player = server.player(nickname)
        play = player.connect()
        answers = [play.ask_text(play.spin_frame(n)) for n in range(1, spins + 1)]
        return player, answers

    def test_backup_while_playing_and_restore(self):
        server = self.server()
        ada, answers = self.played(server)
        money = ada.connect().balance()["available"]

        stop = threading.Event()
        bob = server.player("Bob")
        failure = []

        def gamble():
            try:
                play = bob.connect()
                while not stop.is_set():
                    answer = play.spin()
                    assert "ok" in answer or answer["error"]["code"] == "insufficient_funds", answer
            except BaseException as error:
                failure.append(error)

        gambler = threading.Thread(target=gamble)
        gambler.start()
        backup = self.folder / "backup"
        harness.run("backup", backup, "--data-dir", server.data_dir)
        stop.set()
        gambler.join(harness.TIMEOUT)
        self.assertEqual(failure, [])
        after = ada.connect()
        after.ask(after.spin_frame(21))  # Not in the backup.
        server.stop()

        restored = self.folder / "restored"
        harness.run("restore", backup, "--data-dir", restored)
        harness.run("ledger", "check", "--data-dir", restored)
        again = self.server(data_dir=restored)
        ada.server = again
        play = ada.connect()
        self.assertEqual(play.welcome["last_n"], 20)
        self.assertEqual(play.balance()["available"], money)
        for n in range(5, 21):
            self.assertEqual(play.ask_text(play.spin_frame(n)), answers[n - 1])
        self.assertIn("ok", play.spin())
        self.assertEqual(ada.get("/api/v1/me").json["nickname"], "Ada")
        harness.eventually(lambda: len(ada.pages("/api/v1/me/rounds", "rounds", 100)) == 21, "the history is there")
        again.stop()

    def test_play_goes_on_while_a_backup_copies_the_keys(self):
        rule, held = self.folder / "rule", self.folder / "rule.held"
        options = os.environ.get("ASAN_OPTIONS", "")
        server = self.server(environment={"LD_PRELOAD": SHIM, "CROUPIER_HOLD_FILE": str(rule),
                                          "ASAN_OPTIONS": (options + ":" if options else "")
                                          + "verify_asan_link_order=0"})
        ada, _ = self.played(server, spins=1)
        backup = self.folder / "backup"
        rule.write_text(f"hold {backup}/keys.db")
        copying = threading.Thread(target=lambda: harness.run("backup", backup, "--data-dir", server.data_dir))
        copying.start()
        harness.eventually(held.exists, "the copy of the keys waits for the disk")
        self.assertIn("ok", ada.connect().spin())
        self.assertIn("ok", server.player("Bob").connect().spin())
        refused = harness.run("erase", ada.id, "--data-dir", server.data_dir, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("a backup is copying the keys", refused.stderr)
        rule.unlink()
        copying.join(harness.TIMEOUT)
        harness.run("erase", ada.id, "--data-dir", server.data_dir)
        server.stop()
        harness.run("restore", backup, "--data-dir", self.folder / "restored")

    def test_backup_of_a_stopped_server(self):
        server = self.server()
        ada, answers = self.played(server)
        server.stop()
        backup, restored = self.folder / "backup", self.folder / "restored"
        harness.run("backup", backup, "--data-dir", server.data_dir)
        harness.run("restore", backup, "--data-dir", restored)
        ada.server = self.server(data_dir=restored)
        play = ada.connect()
        self.assertEqual([play.ask_text(play.spin_frame(n)) for n in range(5, 21)], answers[4:])

    def test_restore_overwrites_nothing(self):
        server = self.server()
        self.played(server, spins=1)
        backup = self.folder / "backup"
        harness.run("backup", backup, "--data-dir", server.data_dir)
        server.stop()
        before = (server.data_dir / "ledger.db").read_bytes()
        result = harness.run("restore", backup, "--data-dir", server.data_dir, check=False)
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual((server.data_dir / "ledger.db").read_bytes(), before)

    def files_with(self, needle, *folders):
        """The files that hold these bytes. Every file is looked into, whatever its name."""
        found = []
        for folder in folders:
            files = [path for path in folder.rglob("*") if path.is_file()]
            self.assertTrue(files, folder)
            found += [path for path in files if needle in path.read_bytes()]
        return found

    def key_of(self, data_dir, player):
        """The bytes of a player's key, read from a copy of keys.db."""
        copy = self.folder / "keys-copy"
        copy.mkdir()
        for file in data_dir.glob("keys.db*"):
            shutil.copy(file, copy)
        database = sqlite3.connect(copy / "keys.db")
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        blobs = [value for table in tables for row in database.execute(f'SELECT * FROM "{table}"')
                 if int(player) in [value for value in row if isinstance(value, int)]
                 for value in row if isinstance(value, bytes) and len(value) >= 16]
        database.close()
        shutil.rmtree(copy)
        self.assertTrue(blobs, "keys.db holds the player's key")
        return blobs

    def test_a_player_who_was_erased_before_the_ledger_knew_of_them(self):
        server = self.server()
        self.played(server, spins=1)
        server.stop()
        # keys.db is newer than the ledger: as in a backup, or after a crash that lost a registration.
        database = sqlite3.connect(server.data_dir / "keys.db")
        self.assertEqual(database.execute("UPDATE keys SET key = zeroblob(32) WHERE id = 2").rowcount, 1)
        database.commit()
        database.close()
        server.start()
        bob = server.player("Bob")
        self.assertEqual(bob.id, "2")
        server.restart()
        self.assertEqual(bob.get("/api/v1/me").json["nickname"], "Bob")

    def erase(self, online):
        server = self.server(settings={"store.snapshot_units": 5})  # So that snapshots are looked into as well.
        player, _ = self.played(server, ERASED, 3)
        bob, answers = self.played(server, "Bob", 3)
        self.assertEqual(self.files_with(ERASED.encode(), server.data_dir), [], "in the clear even before")
        server.stop()
        keys = self.key_of(server.data_dir, player.id)
        self.assertTrue(any(self.files_with(key, server.data_dir) for key in keys))

        if online:
            server.start()
        harness.run("erase", player.id, "--data-dir", server.data_dir)
        if not online:
            server.start()
        self.problem(server.call("POST", "/api/v1/sessions", {"nickname": ERASED}), 404, "player_unknown")
        self.problem(player.get("/api/v1/me"), 401, "session_unknown")
        play = bob.connect()
        self.assertEqual([play.ask_text(play.spin_frame(n)) for n in (1, 2, 3)], answers)
        self.assertEqual(bob.get("/api/v1/me").json["nickname"], "Bob")
        backup = self.folder / "backup"
        harness.run("backup", backup, "--data-dir", server.data_dir)
        server.stop()

        for needle in [ERASED.encode(), *keys]:
            self.assertEqual(self.files_with(needle, server.data_dir, backup), [])
        self.assertTrue(list((server.data_dir / "snapshots").iterdir()))
        harness.run("ledger", "check", "--data-dir", server.data_dir)  # The chain stays whole.
        server.start()
        self.assertEqual(server.call("POST", "/api/v1/players", {"nickname": ERASED}).status, 201)  # Free again.

    def test_erase_at_rest(self):
        self.erase(online=False)

    def test_erase_while_running(self):
        self.erase(online=True)

    def test_erase_of_nobody(self):
        server = self.server()
        server.stop()
        for player in ("7", "0", "x", "-1"):
            result = harness.run("erase", player, "--data-dir", server.data_dir, check=False)
            self.assertNotEqual(result.returncode, 0, player)

    def test_views_are_rebuilt_from_the_ledger(self):
        server = self.server()
        ada, _ = self.played(server, spins=40)

        def books():
            return (ada.pages("/api/v1/me/rounds", "rounds", 30), ada.pages("/api/v1/me/statement", "entries", 30))

        harness.eventually(lambda: len(books()[0]) == 40, "the history is complete")
        before = books()
        server.stop()
        database = sqlite3.connect(server.data_dir / "views.db")  # Whatever is wrong in there is made good.
        self.assertGreater(database.execute("UPDATE units SET bytes = zeroblob(length(bytes))").rowcount, 40)
        self.assertGreaterEqual(database.execute("DELETE FROM history").rowcount, 1)
        database.commit()
        database.close()
        harness.run("views", "rebuild", "--data-dir", server.data_dir)
        server.start()
        harness.eventually(lambda: len(books()[0]) == 40, "the history is complete")
        self.assertEqual(books(), before)
        server.stop()
        for file in server.data_dir.glob("views.db*"):
            file.unlink()
        server.start()
        harness.eventually(lambda: len(books()[0]) == 40, "the history is complete without any views.db")
        self.assertEqual(books(), before)


class Commands(harness.SystemTest):
    def test_help_and_version(self):
        for command in ([], ["serve"], ["init"], ["migrate"], ["modules"], ["config"], ["version"], ["backup"],
                        ["restore"], ["erase"], ["views"], ["ledger"]):
            with self.subTest(command):
                self.assertIn("--help", harness.run(*command, "--help").stdout)
        self.assertRegex(harness.run("version").stdout, r"\d+\.\d+\.\d+")
        self.assertNotEqual(harness.run("dance", check=False).returncode, 0)

    def test_modules(self):
        told = harness.run("modules").stdout
        for word in ("rng", "ledger", "bonus", "risk", "rounds", "session", "lobby", "rounds.Spin",
                     "ledger.BalanceChanged"):
            self.assertIn(word, told)

    def test_config_print_tells_effective_values(self):
        file = self.folder / "croupier.json"
        file.write_text('{ // a comment\n  "edge": { "frames_burst": 77, "tls_key": "secret/key.pem",'
                        ' "tls_certificate": "chain.pem" } }')
        told = harness.run("config", "print", "--config", file, "--set", "log.level=debug").stdout
        self.assertRegex(told, r'"frames_burst": *77')
        self.assertRegex(told, r'"level": *"debug"')
        self.assertNotIn("secret/key.pem", told)

    def test_config_check(self):
        good = self.folder / "good.json"
        good.write_text('{"edge": {"frames_burst": 77}}')
        harness.run("config", "check", "--config", good)
        bad = self.folder / "bad.json"
        for content, says in (
                ('{"edge": {"frames_burst": "many"}}', "edge.frames_burst"),
                ('{"edge": {"frames_burst": 0}}', "edge.frames_burst"),
                ('{"edge": {"frame_burst": 1}}', "edge.frame_burst"),
                ('{"edge": ', "bad.json")):
            with self.subTest(content):
                bad.write_text(content)
                result = harness.run("config", "check", "--config", bad, check=False)
                self.assertNotEqual(result.returncode, 0)
                self.assertIn("bad.json", result.stdout + result.stderr)
                self.assertIn(says, result.stdout + result.stderr)
                result = harness.run("serve", "--demo", "--data-dir", self.folder / "data", "--config", bad, check=False)
                self.assertNotEqual(result.returncode, 0)

    def test_init_and_migrate(self):
        data = self.folder / "data"
        harness.run("init", "--data-dir", data)
        told = harness.run("ledger", "check", "--data-dir", data).stdout
        self.assertRegex(told, "units [1-9].*transfers [1-9]", "the bank has its capital")
        for _ in range(2):
            harness.run("migrate", "--data-dir", data)
        harness.run("ledger", "check", "--data-dir", data)
        self.server(data_dir=data).stop()

    def test_another_currency_than_the_ledgers_is_refused_in_a_sentence(self):
        server = self.server()
        server.player("Ada")
        server.stop()
        for command in (["serve", "--demo", "--listen", "127.0.0.1:0"], ["ledger", "check"]):
            with self.subTest(command):
                result = harness.run(*command, "--data-dir", server.data_dir, "--set", "server.currency=USD", check=False)
                self.assertEqual(result.returncode, 1, result.stderr)
                self.assertIn("croupier: the ledger is in EUR, and server.currency is USD", result.stderr)
        server.start().stop()

    def test_modules_that_need_others_are_refused_in_a_sentence(self):
        for command in (["config", "check"], ["serve", "--demo", "--data-dir", self.folder / "data"]):
            with self.subTest(command):
                result = harness.run(*command, "--set", "modules.enabled=rng,session", check=False)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn('modules.enabled: "session" needs "ledger"', result.stderr)

    def with_schema(self, version, min_reader):
        """A server whose ledger was written by another release."""
        server = self.server()
        server.player("Ada")
        server.stop()
        database = sqlite3.connect(server.data_dir / "ledger.db")
        database.execute("INSERT INTO schema_version (version, min_reader, applied_at) VALUES (?, ?, 'later')",
                         (version, min_reader))
        database.commit()
        database.close()
        return server

    def test_a_ledger_of_a_later_release_that_we_cannot_read_is_refused(self):
        server = self.with_schema(1000, 1000)
        with self.assertRaisesRegex(AssertionError, "1000 or newer"):
            server.start()
        self.assertFalse(server.running())

    def test_a_ledger_of_a_later_release_that_we_can_read_is_taken(self):
        server = self.with_schema(1000, 1)
        server.start()
        self.assertEqual(server.player("Bob").id, "2")
        server.stop()

    def test_what_is_not_a_ledger_is_refused(self):
        server = self.server()
        server.stop()
        (server.data_dir / "ledger.db").write_bytes(b"this is no database" * 1000)
        with self.assertRaises(AssertionError):
            server.start()
        self.assertTrue((server.data_dir / "ledger.db").read_bytes().startswith(b"this is no"), "left alone")


if __name__ == "__main__":
    harness.main()
