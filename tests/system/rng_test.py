#!/usr/bin/python3
"""The games' generators in the real binary: fresh entropy on demand, tests on demand, secrets that no crash writes down."""

import os
import pathlib
import sqlite3
import subprocess

import harness

VERIFY = os.environ.get("CROUPIER_VERIFY", "")


class Generators(harness.SystemTest):
    def facts(self, casino):
        """How often each kind of the rng module's facts stands in a stopped casino's ledger."""
        with sqlite3.connect(f"file:{casino.data_dir}/ledger.db?mode=ro", uri=True) as ledger:
            counts = dict(ledger.execute("SELECT type, count(*) FROM events GROUP BY type").fetchall())
        return {name: counts.get(number, 0) for name, number in (("drawn", 37), ("opened", 38), ("seeded", 39))}

    def test_each_game_draws_from_a_stream_of_its_own_seeded_anew_in_each_life_and_on_demand(self):
        casino = self.server()
        ada = casino.player("Ada").connect()
        for _ in range(5):
            ada.spin()
        ada.bet({"kind": "red", "stake": 100})
        done = harness.run("rng", "reseed", "--data-dir", casino.data_dir)
        self.assertEqual(done.returncode, 0, done.stderr)
        ada.spin()
        casino.kill()
        casino.start()
        ada = casino.player("Bob").connect()
        ada.spin()
        casino.stop()
        facts = self.facts(casino)
        self.assertEqual(facts["opened"], 2)
        self.assertEqual(facts["seeded"], 2 + 2 + 1)  # The first life, on demand, and the one stream of the second life.
        self.assertGreaterEqual(facts["drawn"], 8)
        verified = subprocess.run([VERIFY, casino.data_dir], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=harness.TIMEOUT)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

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


if __name__ == "__main__":
    harness.main()
