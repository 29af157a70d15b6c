#!/usr/bin/python3
"""The games' generators in the real binary: fresh entropy on demand, tests on demand, secrets that no crash writes down."""

import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import time

import harness

VERIFY = os.environ.get("CROUPIER_VERIFY", "")


class Generators(harness.SystemTest):
    def facts(self, casino):
        """How often each kind of the rng module's facts stands in a stopped casino's ledger."""
        with sqlite3.connect(f"file:{casino.data_dir}/ledger.db?mode=ro", uri=True) as ledger:
            counts = dict(ledger.execute("SELECT type, count(*) FROM events GROUP BY type").fetchall())
        return {name: counts.get(number, 0) for name, number in (("drawn", 37), ("opened", 38), ("seeded", 39))}

    def two_lives(self, casino, spins):
        """Rounds of two games, a reseed on demand, kill -9, and a round of the next life; then it is stopped."""
        ada = casino.player("Ada").connect()
        for _ in range(spins):
            ada.spin()
        ada.bet({"kind": "red", "stake": 100})
        harness.run("rng", "reseed", "--data-dir", casino.data_dir)
        ada.spin()
        casino.kill()
        casino.start()
        casino.player("Bob").connect().spin()
        casino.stop()

    def test_each_game_draws_from_a_stream_of_its_own_seeded_anew_in_each_life_and_on_demand(self):
        casino = self.server()
        self.two_lives(casino, spins=5)
        facts = self.facts(casino)
        self.assertEqual(facts["opened"], 2)
        self.assertEqual(facts["seeded"], 2 + 2 + 1)  # The first life, on demand, and the one stream of the second life.
        self.assertGreaterEqual(facts["drawn"], 8)
        verified = subprocess.run([VERIFY, casino.data_dir], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=harness.TIMEOUT)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def auditor(self):
        """A pair of keys as an auditor makes it: the paths of the private and the public one."""
        secret, public = (f"{self.folder}/{name}.pem" for name in ("auditor", "auditor.pub"))
        subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072", "-out", secret],
                       check=True, capture_output=True, timeout=harness.TIMEOUT)
        subprocess.run(["openssl", "pkey", "-in", secret, "-pubout", "-out", public],
                       check=True, capture_output=True, timeout=harness.TIMEOUT)
        return secret, public

    def test_an_auditor_computes_every_draw_again_from_the_seeds_that_were_kept(self):
        secret, public = self.auditor()
        for mode in ("in_process", "process"):
            casino = self.server(settings={"rng.audit_key": public, "rng.mode": mode, "rng.reseed_draws": "4"})
            self.two_lives(casino, spins=10)
            drawn = self.facts(casino)["drawn"]
            self.assertGreaterEqual(drawn, 13)
            for options, computed in (([], 0), (["--audit-key", secret], drawn)):
                done = subprocess.run([VERIFY, casino.data_dir, "--json", *options], capture_output=True, text=True, timeout=harness.TIMEOUT)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                report = json.loads(done.stdout)
                self.assertEqual((report["draws_computed"], report["draws_not_computed"]), (computed, drawn - computed))
            # Any RSA tool reads what was kept, and nothing but the private key opens it.
            with sqlite3.connect(f"file:{casino.data_dir}/ledger.db?mode=ro", uri=True) as ledger:
                (sealed,) = ledger.execute("SELECT body FROM events WHERE type = 48 ORDER BY id LIMIT 1").fetchone()
            opened = subprocess.run(["openssl", "pkeyutl", "-decrypt", "-inkey", secret, "-pkeyopt", "rsa_padding_mode:oaep",
                                     "-pkeyopt", "rsa_oaep_md:sha256"], input=sealed[-384:], capture_output=True, timeout=harness.TIMEOUT)
            self.assertEqual(opened.returncode, 0, opened.stderr)
            lines = opened.stdout.decode().splitlines()
            self.assertEqual(lines[0:2] + lines[3:5], ["croupier seed 1", "hmac", "lucky-lines/outcome", "seed"])

    def test_a_key_that_cannot_keep_seeds_does_not_start(self):
        for key, told in (("/nonexistent", "cannot be read"), (__file__, "not a public RSA key")):
            done = harness.run("serve", "--demo", "--data-dir", self.folder / "none", "--set", f"rng.audit_key={key}", check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(told, done.stderr)

    def test_without_a_server_there_is_nothing_to_reseed_and_the_tests_run_all_the_same(self):
        done = harness.run("rng", "reseed", "--data-dir", "/nonexistent", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no server", done.stderr)
        done = harness.run("rng", "test")
        self.assertEqual(done.stdout.count("known answer"), 2)
        self.assertNotIn("FAILED", done.stdout)

    def core_limits(self, process):
        """Soft and hard limit of a core dump's size."""
        limits = pathlib.Path(f"/proc/{process}/limits").read_text().splitlines()
        return next(line for line in limits if line.startswith("Max core file size")).split()[4:6]

    def test_a_crash_leaves_no_core_dump(self):
        self.assertEqual(self.core_limits(self.server().process.pid), ["0", "0"])
        allowed = self.server(settings={"server.core_dumps": "true"})
        self.assertEqual(self.core_limits(allowed.process.pid)[1], self.core_limits("self")[1])

    def worker(self, casino):
        """The process of the generators of a running server."""
        children = pathlib.Path(f"/proc/{casino.process.pid}/task/{casino.process.pid}/children").read_text().split()
        (child,) = children
        return int(child)

    def voided(self, casino, player, ada):
        """From now on no round is played: the stake comes back, the server is not ready, and says why."""
        balance = ada.balance()["available"]
        self.refused(ada.spin(), "round_voided")
        self.refused(ada.spin(), "round_voided")
        self.assertEqual(ada.balance()["available"], balance)
        # They stand in the history, as what they are (GLI-19 2.8.2, A.6.4).
        rounds = player.get("/api/v1/me/rounds").json["rounds"]
        self.assertEqual([one["status"] for one in rounds], ["voided", "voided", "settled"])
        self.assertEqual((rounds[0]["stake"], rounds[0]["win"]), (20, 0))
        self.assertIsNone(player.get(f"/api/v1/me/rounds/{rounds[0]['round']}").json["outcome"])
        self.assertEqual(casino.get("/readyz", checked=False).status, 503)

    def test_generators_in_a_process_of_their_own_have_no_network_no_files_and_no_privileges(self):
        casino = self.server(settings={"rng.mode": "process", "rng.answer_ms": 5000})
        ada = casino.player("Ada").connect()
        for _ in range(20):
            self.assertIn("ok", ada.spin())
        worker = self.worker(casino)
        status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{worker}/status").read_text().splitlines())
        self.assertEqual(status["Seccomp"].strip(), "2")
        self.assertEqual(status["NoNewPrivs"].strip(), "1")
        if os.geteuid() == 0:
            files = {os.readlink(entry) for entry in pathlib.Path(f"/proc/{worker}/fd").iterdir()}
            own = {name for name in files if not name.startswith(("pipe:", "/dev/"))}
            self.assertEqual(len(own), 1, files)  # The socket to the server, and nothing of its.
        done = harness.run("rng", "reseed", "--data-dir", casino.data_dir)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("ok", ada.spin())
        casino.stop()
        self.assertFalse(pathlib.Path(f"/proc/{worker}").exists())
        verified = subprocess.run([VERIFY, casino.data_dir], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=harness.TIMEOUT)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_generators_that_have_ended_void_rounds_and_nobody_starts_others(self):
        casino = self.server(settings={"rng.mode": "process", "rng.answer_ms": 5000})
        player = casino.player("Ada")
        ada = player.connect()
        self.assertIn("ok", ada.spin())
        os.kill(self.worker(casino), signal.SIGKILL)
        self.voided(casino, player, ada)
        deadline = time.monotonic() + harness.TIMEOUT
        while not any("has ended" in line for line in casino.log):  # The next tick says so.
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def test_generators_that_do_not_answer_in_time_void_the_round(self):
        casino = self.server(settings={"rng.mode": "process", "rng.answer_ms": 200})
        player = casino.player("Ada")
        ada = player.connect()
        self.assertIn("ok", ada.spin())
        os.kill(self.worker(casino), signal.SIGSTOP)
        self.voided(casino, player, ada)

    def test_generators_end_with_a_server_that_is_killed(self):
        casino = self.server(settings={"rng.mode": "process", "rng.answer_ms": 5000})
        worker = self.worker(casino)
        casino.kill()
        deadline = time.monotonic() + harness.TIMEOUT
        while pathlib.Path(f"/proc/{worker}").exists():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        casino.start()
        self.assertIn("ok", casino.player("Ada").connect().spin())


if __name__ == "__main__":
    harness.main()
