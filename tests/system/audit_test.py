#!/usr/bin/python3
"""What an auditor asks of the real binary: balances as they were, why they are what they are, and everything as CSV."""

import csv
import io
import json
import pathlib
import re
import tempfile

import harness


class Audit(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.casino = self.server()
        self.ada = self.casino.player("Ada")
        self.tokens = {}
        for role in ("auditor", "cashier", "admin"):
            self.tokens[role] = harness.run("operator", "add", role, "--data-dir", self.casino.data_dir).stdout.strip()
            self.casino.secrets.add(self.tokens[role])

    def post(self, path, body, key, role="cashier"):
        """`body` None: the call takes none."""
        answer = self.casino.call("POST", "/api/v1/operator/" + path, body, self.tokens[role], {"Idempotency-Key": key})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def get(self, path):
        return self.casino.get("/api/v1/operator/" + path, self.tokens["auditor"])

    def snapshot(self):
        """What stands now: the seq, Ada's balance and what she has held, the sums by kind."""
        player = self.get(f"players/{self.ada.id}").json
        trial = self.get("trial-balance").json
        self.assertEqual(trial["seq"], player["seq"])
        return player["seq"], player["balance"], player["held"], trial["rows"]

    def test_what_was_stays_known(self):
        """Liability as of any moment (GLI-19 2.9), also after kill -9."""
        play = self.ada.connect()
        seen = [self.snapshot()]
        for step in range(12):
            play.spin()
            self.post("deposits", {"player": self.ada.id, "amount": 100 + step, "payment": "p"}, f"d{step}")
            hold = self.post("withdrawals", {"player": self.ada.id, "amount": 50, "payment": "w"}, f"w{step}")["hold"]
            seen.append(self.snapshot())
            self.post(f"withdrawals/{hold}/{'approve' if step % 2 else 'reject'}", {} if step % 2 else None, f"r{step}")
            seen.append(self.snapshot())
        for again in ("while it runs", "after kill -9"):
            with self.subTest(again):
                for seq, balance, held, rows in seen:
                    was = self.get(f"players/{self.ada.id}?at={seq}").json
                    self.assertEqual((was["balance"], was["held"], was["seq"]), (balance, held, seq))
                    self.assertEqual(self.get(f"trial-balance?at={seq}").json, {"seq": seq, "rows": rows})
            self.casino.restart()
        head = self.get("trial-balance").json["seq"]
        for path in (f"players/{self.ada.id}", "trial-balance"):
            self.problem(self.get(f"{path}?at={head + 1000}"), 404, "not_found")
            for wrong in ("at=0", "at=x", "since=1", "at=1&at=2"):
                self.problem(self.get(f"{path}?{wrong}"), 400, "malformed")

    def test_a_balance_is_explained_to_its_beginning(self):
        play = self.ada.connect()
        for step in range(130):
            play.spin()
        hold = self.post("withdrawals", {"player": self.ada.id, "amount": 70, "payment": "w"}, "1")["hold"]
        self.post(f"withdrawals/{hold}/approve", {"amount": 30}, "2")
        entries, query = [], ""
        while True:
            page = self.get(f"players/{self.ada.id}/explain?{query}").json
            self.assertTrue(page["whole"])
            entries += page["entries"]
            if "next" not in page:
                break
            query = f"before={page['next']}"
        balance = self.get(f"players/{self.ada.id}").json["balance"]
        self.assertGreater(len(entries), 130)
        self.assertEqual([entry["version"] for entry in entries], list(range(balance["version"], 0, -1)))
        self.assertEqual(sum(entry["amount"] for entry in entries), balance["available"])

        held = self.get(f"players/{self.ada.id}/explain?account=held").json
        self.assertEqual([(entry["code"], entry["amount"]) for entry in held["entries"]],
                         [("release", -40), ("withdrawal", -30), ("hold", 70)])
        self.assertEqual((held["balance"], held["version"], held["whole"]), (0, 3, True))
        middle = entries[len(entries) // 2]
        then = self.get(f"players/{self.ada.id}/explain?at={middle['seq']}").json
        self.assertEqual(then["seq"], middle["seq"])
        self.assertIn(middle, then["entries"][:2])  # A win may stand above it, in the same unit.
        self.problem(self.get(f"players/{self.ada.id}/explain?account=bank"), 400, "malformed")
        self.problem(self.get("players/99/explain"), 404, "account_unknown")

    def test_each_version_of_a_game_is_another_game_in_the_report(self):
        """Another return is another game (GLI-19 A.6.1), voided rounds apart (2.9.2), also over a restart."""
        play = self.ada.connect()
        self.assertEqual(self.get("games").json, {"versions": [], "voided": []})
        spun = [play.spin()["ok"] for _ in range(5)]
        before, = self.get("games").json["versions"]
        self.assertEqual((before["game"], before["rounds"], before["stake"], before["win"]),
                         ("lucky-lines", 5, sum(one["stake"] for one in spun), sum(one["win"] for one in spun)))
        at = [one["at"] for one in self.ada.pages("/api/v1/me/rounds", "rounds", 100)]
        self.assertEqual((before["first"], before["last"], before["jackpot"]), (at[-1], at[0], 0))
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(__file__).resolve().parents[2] / "config/games/lucky-lines.json"
            changed = json.loads(source.read_text())
            changed["name"] = "Lucky Lines II"
            (pathlib.Path(folder) / "lucky-lines.json").write_text(json.dumps(changed))
            self.casino.stop()
            self.casino.arguments += ["--set", f"games.directory={folder}"]
            self.casino.start()
            self.ada.connect().spin()
            versions = {one["definition"]: one for one in self.get("games").json["versions"]}
        self.assertEqual(len(versions), 2)
        old = versions.pop(before["definition"])
        self.assertNotIn("rtp_ppm", old)  # It is not offered any more.
        self.assertEqual(old, {key: value for key, value in before.items() if key != "rtp_ppm"})
        (new,) = versions.values()
        self.assertEqual((new["rounds"], new["rtp_ppm"]), (1, before["rtp_ppm"]))

    def test_statements_as_csv(self):
        """Export, with times from the system clock (GLI-19 2.8.1)."""
        play = self.ada.connect()
        for _ in range(40):
            play.spin()
        told = self.ada.pages("/api/v1/me/statement", "entries", 30)
        whole = self.ada.get("/api/v1/me/statement.csv")
        self.assertEqual(whole.headers["Content-Type"].split(";")[0], "text/csv")
        rows = list(csv.DictReader(io.StringIO(whole.body.decode())))
        self.assertEqual(len(rows), len(told))
        for row, entry in zip(rows, told):
            self.assertEqual((row["transfer"], row["at"], row["code"], int(row["amount_minor"]),
                              int(row["balance_after_minor"]), int(row["version"]), int(row["seq"]), row["currency"]),
                             (entry["transfer"], entry["at"], entry["code"], entry["amount"], entry["balance_after"],
                              entry["version"], entry["seq"], entry["currency"]))
        # In parts, by the link to what is older; for the operator alike.
        path, parts = f"/api/v1/operator/players/{self.ada.id}/statement.csv?limit=17", []
        while path:
            page = self.casino.get(path, self.tokens["auditor"])
            parts += list(csv.DictReader(io.StringIO(page.body.decode())))
            link = re.fullmatch(r'<([^>]+)>; rel="next"', page.headers.get("Link", ""))
            path = link and link.group(1)
        self.assertEqual(parts, rows)
        self.problem(self.ada.get("/api/v1/me/statement.csv?limit=10001"), 400, "malformed")
        self.problem(self.casino.get("/api/v1/me/statement.csv"), 401, "not_logged_in")

    def test_the_state_of_an_account_is_seen(self):
        self.assertEqual(self.get(f"players/{self.ada.id}").json["state"], "open")
        self.post(f"players/{self.ada.id}/freeze", None, "1")
        self.assertEqual(self.get(f"players/{self.ada.id}").json["state"], "frozen")
        self.post(f"players/{self.ada.id}/thaw", None, "2", role="admin")
        self.assertEqual(self.get(f"players/{self.ada.id}").json["state"], "open")
        held = self.post("withdrawals", {"player": self.ada.id, "amount": self.ada.start, "payment": "w"}, "3")["hold"]
        self.assertEqual(self.get(f"players/{self.ada.id}").json["held"], self.ada.start)
        self.post(f"withdrawals/{held}/approve", {}, "4")
        self.post(f"players/{self.ada.id}/close", None, "5", role="admin")
        self.assertEqual(self.get(f"players/{self.ada.id}").json["state"], "closed")


if __name__ == "__main__":
    harness.main()
