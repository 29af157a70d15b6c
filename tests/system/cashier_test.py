#!/usr/bin/python3
"""Money in and out through the operators' HTTP calls, against the real binary: roles, keys, two-phase withdrawals, and kill -9."""

import harness


class Cashier(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.casino = self.server()
        self.ada = self.casino.player("Ada")
        self.tokens = {role: self.add(role) for role in ("auditor", "cashier", "admin")}

    def add(self, role):
        token = harness.run("operator", "add", role, "--data-dir", self.casino.data_dir).stdout.strip()
        self.assertGreaterEqual(len(token), 43)
        self.casino.secrets.add(token)
        return token

    def post(self, path, body=None, role="cashier", key="k", checked=True):
        return self.casino.call("POST", "/api/v1/operator/" + path, body, self.tokens[role],
                                {"Idempotency-Key": f'"{key}"'} if key else {}, checked)

    def get(self, path, role="auditor"):
        return self.casino.get("/api/v1/operator/" + path, self.tokens[role])

    def deposit(self, amount, key, **more):
        return self.post("deposits", {"player": self.ada.id, "amount": amount, "payment": "psp-1"}, key=key, **more)

    def test_money_in_and_out(self):
        play = self.ada.connect()
        answer = self.deposit(250, "in")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json["balance"]["available"], self.ada.start + 250)
        # The player sees it at once.
        self.assertEqual(play.push("balance")["balance"]["available"], self.ada.start + 250)

        held = self.post("withdrawals", {"player": self.ada.id, "amount": 1000, "payment": "w-1"}, key="out")
        self.assertEqual(held.status, 200, held.body)
        hold = held.json["hold"]
        self.assertEqual([entry["hold"] for entry in self.get("holds").json["holds"]], [hold])
        self.assertEqual(play.balance()["available"], self.ada.start - 750)
        paid = self.post(f"withdrawals/{hold}/approve", {"amount": 400}, key="paid")
        self.assertEqual(paid.json["posted"], 400)
        self.assertEqual(paid.json["balance"]["available"], self.ada.start - 150)
        self.problem(self.post(f"withdrawals/{hold}/reject", key="late"), 409, "hold_resolved")
        self.assertEqual(self.get("holds").json["holds"], [])

        rows = {row["kind"]: row for row in self.get("trial-balance").json["rows"]}
        self.assertEqual(sum(row["balance"] for row in rows.values()), 0)
        self.assertEqual(rows["psp"]["balance"], 150)
        self.assertEqual(rows["held"]["balance"], 0)
        # Type, time, unique id, amount and balance after of each transaction (GLI-19 2.8.5(j)).
        codes = [entry["code"] for entry in self.get(f"players/{self.ada.id}/statement").json["entries"]]
        self.assertEqual(codes, ["release", "hold", "deposit", "promo_grant"])
        self.assertEqual(self.ada.get("/api/v1/me/statement").json["entries"][0]["hold"], hold)

    def test_a_key_is_decided_once_and_for_ever(self):
        """A restart loses and doubles no transaction (GLI-19 B.3.5); a payment service retries until it hears."""
        first = self.deposit(250, "same")
        refused = self.post("withdrawals", {"player": self.ada.id, "amount": 10**9, "payment": "w"}, key="no")
        self.problem(refused, 402, "insufficient_funds")
        for again in ("while it runs", "after kill -9"):
            with self.subTest(again):
                self.assertEqual(self.deposit(250, "same").body, first.body)
                self.problem(self.deposit(251, "same"), 422, "key_conflict")
                self.problem(self.post("withdrawals", {"player": self.ada.id, "amount": 10**9, "payment": "w"}, key="no"),
                             402, "insufficient_funds")
                self.assertEqual(self.get(f"players/{self.ada.id}").json["balance"]["available"], self.ada.start + 250)
            self.casino.restart()
        # Payment code that reuses its keys is seen: after the last start there has been no conflict, then there is one.
        counter = 'croupier_refusals_total{code="key_conflict"}'
        self.assertIn(f"\n{counter} 0\n", self.casino.get("/metrics").body.decode())
        self.deposit(252, "same")
        self.assertIn(f"\n{counter} 1\n", self.casino.get("/metrics").body.decode())
        # Another operator's key of the same name is another key.
        self.assertEqual(self.deposit(1, "same", role="admin").json["balance"]["available"], self.ada.start + 251)

    def test_a_request_is_rolled_back_before_or_after_it_came(self):
        """Restart of one component loses or duplicates no transaction (GLI-19 B.3.5): a caller that does not know may undo."""
        self.deposit(250, "in")
        self.assertEqual(self.post("rollbacks", {"key": "late"}, key="r1").json, {"key": "late", "arrived": False})
        undone = self.post("rollbacks", {"key": "in"}, key="r2")
        self.assertEqual((undone.json["arrived"], undone.json["amount"]), (True, 250))
        self.assertEqual(undone.json["balance"]["available"], self.ada.start)
        for again in ("while it runs", "after kill -9"):
            with self.subTest(again):
                self.problem(self.deposit(70, "late"), 409, "rolled_back")
                self.assertEqual(self.post("rollbacks", {"key": "in"}, key="r2").body, undone.body)
                self.assertEqual(self.get(f"players/{self.ada.id}").json["balance"]["available"], self.ada.start)
            self.casino.restart()
        self.problem(self.post("rollbacks", {"key": "r9"}, key="r9"), 400, "malformed")
        self.problem(self.post("rollbacks", {"key": "two words"}, key="r3"), 400, "malformed")
        self.post("adjustments", {"player": self.ada.id, "amount": 5, "reason": "goodwill", "ticket": "T"}, key="a")
        self.problem(self.post("rollbacks", {"key": "a"}, key="r4"), 409, "not_reversible")

    def test_an_account_is_closed_for_ever_once_it_is_empty(self):
        close = f"players/{self.ada.id}/close"
        self.problem(self.post(close, role="cashier", key="1"), 403, "forbidden")
        self.problem(self.post(close, role="admin", key="2"), 409, "account_not_empty")
        held = self.post("withdrawals", {"player": self.ada.id, "amount": self.ada.start, "payment": "w"}, key="3").json
        self.problem(self.post(close, role="admin", key="4"), 409, "account_not_empty")
        self.post(f"withdrawals/{held['hold']}/approve", {}, key="5")
        self.assertEqual(self.post(close, role="admin", key="6").json, {"player": self.ada.id, "closed": True})
        self.casino.restart()
        self.problem(self.deposit(1, "7"), 403, "player_closed")
        self.refused(self.ada.connect().spin(), "player_closed")

    def test_bonus_money_is_staked_first_and_kept_apart(self):
        """Restricted credits: shown apart, wagered first, cash only once converted (GLI-19 2.5.3(c), 4.3.5(d), A.5.3)."""
        play = self.ada.connect()
        offer = {"player": self.ada.id, "amount": 60, "ticket": "offer-7"}
        self.problem(self.post("bonuses", offer, role="cashier", key="1"), 403, "forbidden")
        granted = self.post("bonuses", offer, role="admin", key="2")
        self.assertEqual((granted.json["balance"]["available"], granted.json["balance"]["bonus"]), (self.ada.start, 60))
        self.assertEqual(play.push("balance")["balance"]["bonus"], 60)
        cash, bonus = self.ada.start, 60
        for stake in (20, 40, 20):
            spun = play.spin(stake)["ok"]
            from_bonus = min(stake, bonus)
            won = spun["win"] * from_bonus // stake
            bonus += won - from_bonus
            cash += spun["win"] - won - (stake - from_bonus)
            self.assertEqual((spun["balance"]["available"], spun["balance"].get("bonus", 0)), (cash, bonus))
        self.casino.restart()
        self.assertEqual((play := self.ada.connect()).balance().get("bonus", 0), bonus)
        self.post("bonuses", {**offer, "amount": 100}, role="admin", key="3")
        converted = self.post(f"players/{self.ada.id}/convert-bonus", {"amount": 30}, role="admin", key="4").json
        self.assertEqual((converted["amount"], converted["balance"]["available"]), (30, cash + 30))
        gone = self.post(f"players/{self.ada.id}/forfeit-bonus", role="admin", key="5").json
        self.assertEqual((gone["amount"], gone["balance"].get("bonus", 0)), (bonus + 70, 0))
        self.problem(self.post(f"players/{self.ada.id}/forfeit-bonus", role="admin", key="6"), 402, "insufficient_funds")
        by_pocket = {}
        for row in self.get("trial-balance").json["rows"]:
            by_pocket[row["pocket"]] = by_pocket.get(row["pocket"], 0) + row["balance"]
        self.assertEqual(by_pocket, {"cash": 0, "bonus": 0})
        page = self.get(f"players/{self.ada.id}/explain?account=bonus").json
        self.assertTrue(page["whole"])
        self.assertEqual([entry["code"] for entry in page["entries"]][:3], ["forfeit", "conversion", "bonus_grant"])
        self.assertTrue(all(entry["pocket"] == "bonus" for entry in page["entries"]))
        self.assertTrue(self.get(f"players/{self.ada.id}/explain").json["whole"])

    def test_rounds_in_play(self):
        """A round that has ended is not open, and cannot be voided; one that waits for its player can (GLI-19 A.6.4)."""
        play = self.ada.connect()
        round = play.spin()["ok"]["round"]
        self.assertEqual(self.get("rounds").json, {"rounds": []})
        self.problem(self.get("rounds?after=x"), 400, "malformed")
        self.problem(self.post(f"rounds/{round}/void", role="cashier", key="1"), 403, "forbidden")
        self.problem(self.post(f"rounds/{round}/void", role="admin", key="2"), 404, "round_unknown")

        start = play.balance()["available"]
        hand = play.bet({"kind": "coins", "numbers": [1], "stake": 5}, game="jacks-or-better")["ok"]["round"]
        self.assertEqual([one["round"] for one in self.get("rounds").json["rounds"]], [hand])
        self.assertEqual(self.post(f"rounds/{hand}/void", role="admin", key="3").status, 200)
        self.assertEqual(play.balance()["available"], start)
        self.assertEqual(self.ada.get(f"/api/v1/me/rounds/{hand}").json["status"], "voided")
        # What proves it in the ledger names the operator: that is not for the player to see. Other rounds have a receipt.
        self.assertEqual(self.post("days", {}, role="admin", key="4").status, 200)
        harness.eventually(lambda: self.casino.call("GET", f"/api/v1/me/rounds/{round}/receipt", token=self.ada.token, checked=False).status == 200,
                           "the day is sealed")
        answer = self.casino.get(f"/api/v1/me/rounds/{hand}/receipt", self.ada.token, checked=False)
        self.problem(answer, 503, "round_voided")

    def test_of_several_reasons_the_first_of_the_documented_order_is_told(self):
        """docs/protocol, Precedence: one reason after the other is taken away."""
        path = "/api/v1/operator/nowhere"
        self.problem(self.casino.call("PUT", path, {}, checked=False), 401, "not_logged_in")
        self.problem(self.casino.call("PUT", path, {}, self.ada.token, checked=False), 401, "session_unknown")
        self.problem(self.casino.call("PUT", path, {}, self.tokens["auditor"], checked=False), 405, "method_not_allowed")
        bad = {"player": self.ada.id, "amount": "much"}
        self.problem(self.post("nowhere", bad, role="auditor", key="p", checked=False), 404, "not_found")
        self.problem(self.post("deposits", bad, role="auditor", key="p", checked=False), 400, "malformed")
        self.problem(self.deposit(100, "p", role="auditor"), 403, "forbidden")
        self.assertEqual(self.deposit(100, "p").status, 200)
        self.problem(self.deposit(200, "p"), 422, "key_conflict")

    def test_roles_and_tokens(self):
        self.problem(self.deposit(1, "a", role="auditor"), 403, "forbidden")
        self.problem(self.post(f"players/{self.ada.id}/thaw", role="cashier"), 403, "forbidden")
        self.problem(self.casino.get("/api/v1/operator/holds"), 401, "not_logged_in")
        self.problem(self.casino.get("/api/v1/operator/holds", self.ada.token), 401, "session_unknown")
        self.problem(self.casino.get("/api/v1/me", self.tokens["admin"]), 401, "session_unknown")
        harness.run("operator", "remove", "--data-dir", self.casino.data_dir, text_in=self.tokens["cashier"] + "\n")
        self.problem(self.deposit(1, "b"), 401, "session_unknown")

    def test_bad_calls(self):
        self.problem(self.deposit(1, None), 400, "malformed")
        self.problem(self.deposit(1, "x" * 65), 400, "malformed")
        self.problem(self.post("deposits", {"player": self.ada.id, "amount": 1, "payment": "Ada Lovelace"}, checked=False),
                     400, "malformed")
        self.problem(self.post("donations", {}, checked=False), 404, "not_found")
        self.problem(self.post("deposits", {"player": "99", "amount": 1, "payment": "p"}), 404, "account_unknown")
        self.problem(self.get("players/99"), 404, "account_unknown")
        self.problem(self.get("secrets"), 404, "not_found")

    def test_a_large_correction_needs_two(self):
        """Adjustments by authorised users only, and auditable (GLI-19 A.3.6(f))."""
        body = {"player": self.ada.id, "amount": -50_000, "reason": "chargeback", "ticket": "T-9"}
        proposal = self.post("adjustments", body, key="1").json["proposal"]
        self.assertEqual(self.get("adjustments").json["adjustments"][0]["ticket"], "T-9")
        self.problem(self.post(f"adjustments/{proposal}/confirm", key="2"), 403, "same_operator")
        self.casino.restart()
        done = self.post(f"adjustments/{proposal}/confirm", role="admin", key="2")
        self.assertEqual(done.json["balance"]["available"], self.ada.start - 50_000)
        proposal = self.post("adjustments", body, key="3").json["proposal"]
        self.assertEqual(self.post(f"adjustments/{proposal}/decline", key="4").json, {"proposal": proposal})

    def test_a_frozen_player_cannot_play(self):
        play = self.ada.connect()
        self.assertEqual(self.post(f"players/{self.ada.id}/freeze", key="1").json["frozen"], True)
        self.refused(play.spin(), "account_frozen")
        self.problem(self.deposit(1, "2"), 403, "account_frozen")
        self.assertEqual(self.post(f"players/{self.ada.id}/thaw", role="admin", key="3").json["frozen"], False)
        self.assertIn("ok", play.spin())

    def test_limits_hold_over_a_restart(self):
        """The stricter limit wins at once, loosening waits for 24 hours (GLI-19 2.5.5, A.3.7)."""
        def limit(key, **body):
            answer = self.post(f"players/{self.ada.id}/limits", body, key=key)
            self.assertEqual(answer.status, 200, answer.body)
            return answer.json

        play = self.ada.connect()
        self.assertIn("ok", play.spin(stake=100))
        self.assertEqual(limit("1", measure="stake", period="day", amount=200)["used"], 100)
        self.casino.restart()
        play = self.ada.connect()
        self.refused(play.spin(stake=120), "limit_reached")
        self.assertIn("ok", play.spin(stake=100))
        self.refused(play.spin(stake=20), "limit_reached")
        lifted = limit("2", measure="stake", period="day")
        self.assertEqual(lifted["amount"], 200)
        self.assertIn("changes_at", lifted)
        self.refused(play.spin(stake=20), "limit_reached")
        limit("3", measure="deposit", period="month", amount=50)
        self.problem(self.deposit(51, "4"), 403, "limit_reached")
        self.assertEqual(len(self.get(f"players/{self.ada.id}/limits").json["limits"]), 2)

    def test_init_makes_the_first_admin(self):
        folder = self.folder / "made"
        made = harness.run("init", "--data-dir", folder)
        token = made.stdout.strip().splitlines()[-1]
        server = self.server(data_dir=folder, demo=False)
        server.secrets.add(token)
        answer = server.get("/api/v1/operator/trial-balance", token)
        self.assertEqual(answer.status, 200)
        self.assertEqual(sum(row["balance"] for row in answer.json["rows"]), 0)


if __name__ == "__main__":
    harness.main()
