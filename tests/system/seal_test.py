#!/usr/bin/python3
"""Sealed days and players' receipts, against the real binary: closed by an operator, signed, proved offline, kept over kill -9."""

import json
import os
import subprocess

import harness

VERIFY = os.environ.get("CROUPIER_VERIFY", "")


def verify(*arguments):
    return subprocess.run([VERIFY, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=harness.TIMEOUT * 2)


class Seals(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.casino = self.server()
        self.ada = self.casino.player("Ada")
        self.play = self.ada.connect()
        self.token = harness.run("operator", "add", "admin", "--data-dir", self.casino.data_dir).stdout.strip()
        self.casino.secrets.add(self.token)

    def close(self, key):
        return self.casino.call("POST", "/api/v1/operator/days", {}, self.token, {"Idempotency-Key": f'"{key}"'})

    def seals(self):
        return self.casino.get("/api/v1/seals").json["seals"]

    def sealed(self, key):
        """Closes the day here and now, and waits for its seal."""
        closed = self.close(key)
        self.assertEqual(closed.status, 200, closed.body)
        harness.eventually(lambda: self.seals() and self.seals()[0]["size"] == closed.json["size"], "the day is sealed")
        return self.seals()[0]

    def receipt(self, round):
        return self.ada.get(f"/api/v1/me/rounds/{round}/receipt")

    def test_a_receipt_is_proved_offline_and_no_forged_one_is(self):
        rounds = [self.play.spin()["ok"]["round"] for _ in range(300)]
        self.problem(self.receipt(rounds[0]), 409, "receipt_not_ready")
        seal = self.sealed("1")
        listed = self.casino.get("/api/v1/seals").json
        key = self.folder / "published.pem"
        key.write_text(listed["public_key"])
        self.assertEqual(key.read_text(), (self.casino.data_dir / "seal.pub.pem").read_text())

        for round in (rounds[0], rounds[-1]):
            receipt = self.receipt(round).json
            self.assertEqual(receipt["seal"], seal)
            self.assertIn(f'"round":"{round}"', receipt["request"]["answer"])
            file = self.folder / "receipt.json"
            file.write_text(json.dumps(receipt))
            holds = verify("receipt", file, "--key", key)
            self.assertEqual(holds.returncode, 0, holds.stdout + holds.stderr)
            self.assertIn(f'"round":"{round}"', holds.stdout)

            receipt["request"]["answer"] = receipt["request"]["answer"].replace('"win":0', '"win":9000000')
            receipt["seq"] += 0 if '"win":9000000' in receipt["request"]["answer"] else 1
            file.write_text(json.dumps(receipt))
            self.assertEqual(verify("receipt", file, "--key", key).returncode, 1)
        file.write_text("{}")
        self.assertEqual(verify("receipt", file, "--key", key).returncode, 2)
        self.problem(self.receipt(10**6), 404, "round_unknown")
        # Another player's round is nobody else's to see.
        bob = self.casino.player("Bob")
        self.problem(bob.get(f"/api/v1/me/rounds/{rounds[0]}/receipt"), 404, "round_unknown")

    def test_a_day_has_its_figures(self):
        """Reports on demand: takings, liability, what moved (GLI-19 2.9)."""
        stakes = wins = 0
        for _ in range(50):
            spun = self.play.spin()["ok"]
            stakes += spun["stake"]
            wins += spun["win"]
        seal = self.sealed("1")
        day = self.casino.get("/api/v1/operator/days", self.token).json["days"][0]
        self.assertEqual(day["seal"], seal)
        self.assertFalse(seal["ended"])
        flows = {flow["code"]: flow for flow in day["flows"]}
        self.assertEqual((flows["stake"]["transfers"], flows["stake"]["amount"]), (50, stakes))
        self.assertEqual(flows.get("win", {"amount": 0})["amount"], wins)
        self.assertEqual(sum(row["balance"] for row in day["balances"]), 0)
        self.assertEqual((day["takings"][0]["ggr"], day["takings"][0]["owed_to_players"]),
                         (stakes - wins, self.play.balance()["available"]))
        self.problem(self.close("2"), 409, "nothing_to_seal")
        self.assertEqual(self.close("1").json, {"size": seal["size"]})  # The same key: the same answer.
        self.problem(self.casino.get("/api/v1/seals?before=x"), 400, "malformed")
        self.assertEqual(self.casino.get("/api/v1/seals?before=1").json["seals"], [])

    def test_seals_outlive_kill_9_and_the_auditor_checks_them(self):
        round = self.play.spin()["ok"]["round"]
        first = self.sealed("1")
        before = self.receipt(round).json
        self.casino.restart()
        self.assertEqual(self.seals(), [first])
        self.assertEqual(self.receipt(round).json, before)
        self.play = self.ada.connect()
        self.play.spin()
        self.casino.restart()  # Closed or not, sealed or not: it comes.
        self.sealed("2")
        self.casino.kill()
        report = verify("--json", "--seal-key", self.casino.data_dir / "seal.pub.pem", self.casino.data_dir)
        self.assertEqual(report.returncode, 0, report.stdout + report.stderr)
        self.assertEqual((json.loads(report.stdout)["seals"], json.loads(report.stdout)["signatures"]), (2, 2))

    def test_a_key_that_others_may_read_is_refused(self):
        self.casino.stop()
        (self.casino.data_dir / "seal.pem").chmod(0o640)
        refused = harness.run("serve", "--demo", "--data-dir", self.casino.data_dir, "--listen", "127.0.0.1:0", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("expected mode 600", refused.stderr)


if __name__ == "__main__":
    harness.main()
