#!/usr/bin/python3
"""A player's evening: register, log in, play, look at the books, log out. And who is not let in."""

import socket
import subprocess

import harness
from harness import ROULETTE, SLOT

RED = {1, 3, 5, 7, 9, 12, 14, 16, 18, 19, 21, 23, 25, 27, 30, 32, 34, 36}


class Play(harness.SystemTest):
    def settled(self, answer, stake, before):
        """A settled round of that stake, with arithmetic that agrees; what can be spent after it."""
        self.assertIn("ok", answer)
        spun = answer["ok"]
        self.assertEqual((spun["stake"], spun["outcome"]["stake"]), (stake, stake))
        self.assertEqual(spun["win"], spun["outcome"]["win"])
        self.assertEqual(spun["balance"]["available"], before - stake + spun["win"])
        return spun["balance"]["available"]

    def test_an_evening(self):
        server = self.server()
        ada = server.player("Ada")
        self.assertEqual(ada.start, 100_000)

        me = ada.get("/api/v1/me").json
        self.assertEqual((me["player"], me["nickname"], me["session"]), (ada.id, "Ada", ada.session))
        self.assertEqual(me["balance"]["available"], ada.start)

        play = ada.connect()
        self.assertEqual((play.welcome["session"], play.welcome["player"]), (ada.session, ada.id))
        self.assertEqual((play.welcome["last_n"], play.welcome["results"]), (0, []))
        self.assertTrue(play.welcome["demo"])
        self.assertFalse(play.welcome["resumed"])

        rounds, money = [], ada.start
        for count in range(20):
            stake = 20 * (1 + count % 3)
            answer = play.spin(stake)
            money = self.settled(answer, stake, money)
            wins = sum(event.get("win", 0) for event in answer["ok"]["outcome"]["events"]
                       if event["ev"] in ("line", "scatter"))
            self.assertEqual(wins, answer["ok"]["win"])
            self.assertEqual(answer["ok"]["outcome"]["events"][0]["ev"], "reels")
            rounds.append(answer["ok"])
        self.assertEqual(play.balance()["available"], money)

        bets = [{"kind": "straight", "numbers": [17], "stake": 100}, {"kind": "red", "stake": 200},
                {"kind": "black", "stake": 200}, {"kind": "dozen", "numbers": [2], "stake": 300}]
        for _ in range(10):
            answer = play.bet(*bets)
            money = self.settled(answer, 800, money)
            rounds.append(answer["ok"])
            self.check_roulette(bets, answer["ok"]["outcome"])

        self.check_books(ada, rounds, money)
        self.assertEqual(play.leave(), 1000)

        self.assertEqual(server.call("DELETE", "/api/v1/sessions/current", token=ada.token).status, 204)
        self.problem(ada.get("/api/v1/me"), 401, "session_unknown")
        server.stop()

    def check_roulette(self, bets, outcome):
        """Each bet pays what its odds say for the number that fell."""
        pocket, *results = outcome["events"]
        number = pocket["number"]
        colour = "green" if number == 0 else "red" if number in RED else "black"
        self.assertEqual(pocket, {"ev": "pocket", "number": number, "colour": colour})
        times = [36 if number == 17 else 0, 2 if colour == "red" else 0, 2 if colour == "black" else 0,
                 3 if 13 <= number <= 24 else 0]
        expected = [{"ev": "bet", "index": index, "stake": bet["stake"], "win": bet["stake"] * times[index]}
                    for index, bet in enumerate(bets)]
        self.assertEqual(results, expected)
        self.assertEqual(outcome["win"], sum(result["win"] for result in results))

    def check_books(self, player, rounds, money):
        """History and statement, however they are paged, tell what was played."""
        self.assertEqual(player.get("/api/v1/me").json["balance"]["available"], money)
        newest_first = [(spun["round"], spun["game"], spun["stake"], spun["win"]) for spun in reversed(rounds)]

        def history(limit):
            pages = player.pages("/api/v1/me/rounds", "rounds", limit)
            return [(entry["round"], entry["game"], entry["stake"], entry["win"]) for entry in pages]

        # The views follow the ledger; they are there soon, not at once.
        harness.eventually(lambda: len(history(100)) == len(rounds), "the history shows every round")
        for limit in (1, 7, 15, 30, 100):
            self.assertEqual(history(limit), newest_first, f"pages of {limit}")

        for spun in (rounds[0], rounds[-1]):
            detail = player.get("/api/v1/me/rounds/" + spun["round"]).json
            self.assertEqual(detail["outcome"], spun["outcome"])
            self.assertEqual(sum(bet["stake"] for bet in detail["bets"]) or spun["stake"], spun["stake"])
            self.assertEqual(detail["balance"], spun["balance"])  # GLI-19 4.14.1.
        self.assertEqual(len(player.get("/api/v1/me/rounds/" + rounds[-1]["round"]).json["bets"]), 4)

        for limit in (3, 100):
            entries = player.pages("/api/v1/me/statement", "entries", limit)
            oldest_first = entries[::-1]
            self.assertEqual(oldest_first[0]["code"], "promo_grant")
            balance = 0
            for version, entry in enumerate(oldest_first, 1):
                balance += entry["amount"]
                self.assertEqual((entry["balance_after"], entry["version"]), (balance, version))
            self.assertEqual(balance, money)
            self.assertEqual([entry["round"] for entry in oldest_first if entry["code"] == "stake"],
                             [spun["round"] for spun in rounds])
            self.assertEqual([(entry["round"], entry["amount"]) for entry in oldest_first if entry["code"] == "win"],
                             [(spun["round"], spun["win"]) for spun in rounds if spun["win"] > 0])

    def test_paging_refuses_what_is_out_of_range(self):
        ada = self.server().player("Ada")
        for query in ("limit=0", "limit=101", "limit=-1", "limit=many", "limit=1.5", "limit=", "before=x", "before=-1",
                      "before=18446744073709551616", "surprise=1"):
            for path in ("/api/v1/me/rounds", "/api/v1/me/statement"):
                with self.subTest(f"{path}?{query}"):
                    self.problem(ada.get(f"{path}?{query}"), 400, "malformed")

    def test_players_see_their_own_rounds_only(self):
        server = self.server()
        ada, bob = server.player("Ada"), server.player("Bob")
        spun = ada.connect().spin()["ok"]
        harness.eventually(lambda: ada.get("/api/v1/me/rounds/" + spun["round"]).status == 200, "the round is shown")
        self.problem(bob.get("/api/v1/me/rounds/" + spun["round"]), 404, "round_unknown")
        self.assertEqual(bob.get("/api/v1/me/rounds").json["rounds"], [])
        self.assertEqual(len(bob.get("/api/v1/me/statement").json["entries"]), 1)
        for unknown in ("999999", "0", "x", "-1", "1e3", "99999999999999999999"):
            with self.subTest(unknown):
                answer = ada.get("/api/v1/me/rounds/" + unknown)
                self.assertIn((answer.status, answer.json["code"]), ((404, "round_unknown"), (404, "not_found"),
                                                                    (400, "malformed")))

    def test_every_currency_has_its_own_decimals(self):
        for currency, exponent in (("JPY", 0), ("KWD", 3), ("BTC", 8)):
            server = self.server(settings={"server.currency": currency})
            ada = server.player("Ada")
            spun = ada.connect().spin()["ok"]
            self.assertEqual((spun["balance"]["currency"], spun["balance"]["exponent"]), (currency, exponent))
            self.assertEqual(spun["balance"]["available"], ada.start - 20 + spun["win"])
            harness.eventually(lambda ada=ada: ada.get("/api/v1/me/rounds").json["rounds"], "the history has it")
            self.assertEqual({(one["currency"], one["exponent"]) for one in ada.get("/api/v1/me/rounds").json["rounds"]
                              + ada.get("/api/v1/me/statement").json["entries"]}, {(currency, exponent)})
            server.restart()  # And reads its ledger again.
            self.assertEqual(ada.connect().balance()["currency"], currency)

    def test_games_are_told_the_same_over_both_ways(self):
        server = self.server()
        games = server.get("/api/v1/games").json["games"]
        self.assertEqual({game["game"]: game["kind"] for game in games},
                         {SLOT: "slot", "classic-sevens": "slot", "fortune-ways": "slot", "starry-night": "slot",
                          "treasure-chests": "slot", ROULETTE: "roulette",
                          "american-roulette": "roulette", "french-roulette": "roulette", "dice": "dice",
                          "jacks-or-better": "video-poker"})
        self.assertEqual(server.player("Ada").connect().query("games")["games"], games)
        told = {game["game"]: game["rtp_ppm"] for game in games}
        self.assertEqual(told[ROULETTE], 972_972)  # 36/37
        self.assertEqual(told["american-roulette"], 921_052)  # 35/38, the top line's

    def test_nicknames(self):
        server = self.server()
        server.player("Ada")
        table = [
            # nickname                 status  code
            ("Ada",                    409, "nickname_taken"),
            ("",                       400, "nickname_invalid"),
            ("A",                      400, "nickname_invalid"),
            ("x" * 25,                 400, "nickname_invalid"),
            ("Ada<b>",                 400, "nickname_invalid"),
            ("Ada\n",                  400, "nickname_invalid"),
            ("Ada\u0000",              400, "nickname_invalid"),
        ]
        for nickname, status, code in table:
            with self.subTest(nickname):
                answer = server.call("POST", "/api/v1/players", {"nickname": nickname}, checked=False)
                self.problem(answer, status, code)
        for nickname in ("x" * 24, "ab", "Zoë", "A-b_c.d e"):
            with self.subTest(nickname):
                self.assertEqual(server.player(nickname).get("/api/v1/me").json["nickname"], nickname)
        self.problem(server.call("POST", "/api/v1/sessions", {"nickname": "Nobody"}), 404, "player_unknown")

    def test_requests_that_are_not_well_formed(self):
        server = self.server()
        table = [
            # method  path                 body                                       status code
            ("POST", "/api/v1/players",  b"",                                         400, "malformed"),
            ("POST", "/api/v1/players",  b"{",                                        400, "malformed"),
            ("POST", "/api/v1/players",  b"[]",                                       400, "malformed"),
            ("POST", "/api/v1/players",  b"{}",                                       400, "malformed"),
            ("POST", "/api/v1/players",  b'{"nickname":1}',                           400, "malformed"),
            ("POST", "/api/v1/players",  b'{"nickname":null}',                        400, "malformed"),
            ("POST", "/api/v1/players",  b'{"nickname":"Ada","admin":true}',          400, "malformed"),
            ("POST", "/api/v1/players",  b'{"nickname":"Ada","nickname":"Bob"}',      400, "malformed"),
            ("POST", "/api/v1/players",  b'{"nickname":"\xff\xfe"}',                  400, "malformed"),
            ("POST", "/api/v1/players",  b"[" * 5000,                                 400, "malformed"),
            ("POST", "/api/v1/players",  b'{"nickname":"' + b"x" * 100_000 + b'"}',   413, "too_large"),
            ("POST", "/api/v1/sessions", b'{"nickname":"Ada","token":"x"}',           400, "malformed"),
            ("GET", "/api/v1/nowhere",   None,                                        404, "not_found"),
            ("GET", "/api/v1/players/../me", None,                                    400, "malformed"),
            ("GET", "/api/v1/%2e%2e/me", None,                                        400, "malformed"),
            ("PUT", "/api/v1/players",   b"{}",                                       405, "method_not_allowed"),
            ("DELETE", "/api/v1/games",  None,                                        405, "method_not_allowed"),
        ]
        for method, path, body, status, code in table:
            with self.subTest(f"{method} {path} {(body or b'')[:40]!r}"):
                self.problem(server.call(method, path, body), status, code)
        ada = server.player("Ada")  # None of the above made a player.
        self.assertEqual(ada.id, "1")

    def test_tokens(self):
        server = self.server()
        ada = server.player("Ada")
        self.problem(server.get("/api/v1/me"), 401, "not_logged_in")
        for value in ("", "Bearer", "Bearer ", "Bearer x", f"Basic {ada.token}", f"Bearer {ada.token}x",
                      f"Bearer {ada.token[:-1]}", f"Bearer {ada.token} {ada.token}", "Bearer " + "x" * 5000):
            with self.subTest(value[:40]):
                answer = server.get("/api/v1/me", headers={"Authorization": value})
                self.assertEqual(answer.status, 401)
                self.assertIn(answer.json["code"], ("not_logged_in", "session_unknown"))
        answer = server.get(f"/api/v1/me?token={ada.token}")  # Never in the URL.
        self.assertIn(answer.status, (400, 401))
        self.assertEqual(server.get("/api/v1/me", ada.token).status, 200)

    def test_stakes_are_refused_with_a_reason(self):
        server = self.server(settings={"games.closed": '["european-roulette"]'})
        play = server.player("Ada").connect()
        table = [
            # game      stake     code
            ("no-game", 20,       "game_unknown"),
            (ROULETTE,  100,      "game_closed"),
            (SLOT,      19,       "stake_invalid"),
            (SLOT,      21,       "stake_invalid"),
            (SLOT,      10_000_000, "stake_too_high"),
        ]
        for game, stake, code in table:
            with self.subTest(code):
                answer = play.spin(stake, game)
                self.assertIn(answer["error"]["code"], {code, "stake_too_low"} if stake == 19 else {code})
        self.assertEqual(play.balance()["available"], 100_000)


class NotLetIn(harness.SystemTest):
    """What a casino that faces the public refuses."""

    def test_outside_demo_mode_nobody_registers_or_logs_in(self):
        harness.run("init", "--data-dir", self.folder / "data0")
        server = self.server(demo=False)
        self.problem(server.call("POST", "/api/v1/players", {"nickname": "Ada"}), 403, "demo_only")
        self.problem(server.call("POST", "/api/v1/sessions", {"nickname": "Ada"}), 403, "demo_only")
        self.assertEqual(server.get("/api/v1/games").status, 200)
        server.stop()

    def test_players_of_a_demo_cannot_log_in_once_it_is_no_demo(self):
        server = self.server()
        server.player("Ada")
        server.stop()
        server.arguments.remove("--demo")
        try:
            server.start()
        except AssertionError:
            return  # Refusing to serve a demo's ledger for real is as good.
        self.problem(server.call("POST", "/api/v1/sessions", {"nickname": "Ada"}), 403, "demo_only")

    def refused_to_start(self, *arguments, says, data_dir=None):
        command = [harness.BINARY, "serve", "--data-dir", str(data_dir or self.folder / "data"), *arguments]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                timeout=harness.TIMEOUT)
        self.assertNotEqual(result.returncode, 0)
        self.assertNotIn("listening on", result.stdout)
        self.assertIn(says, (result.stdout + result.stderr).lower())

    def test_a_listener_for_everybody_needs_tls(self):
        for address in ("0.0.0.0:0", "[::]:0"):
            for demo in ([], ["--demo"]):
                with self.subTest(address, demo=demo):
                    self.refused_to_start("--listen", address, *demo, says="insecure")

    def test_insecure_must_be_said(self):
        server = self.server("--insecure", listen="0.0.0.0:0")
        server.address = ("127.0.0.1", server.address[1])
        self.assertEqual(server.get("/api/v1/games").status, 200)
        server.stop()

    def test_test_endpoints_are_for_demos(self):
        self.refused_to_start("--listen", "127.0.0.1:0", "--test-endpoints", says="demo")

    def test_an_address_in_use_is_said(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.refused_to_start("--demo", "--listen", f"127.0.0.1:{port}", says=str(port))

    def test_two_servers_on_one_data_folder(self):
        server = self.server()
        server.player("Ada")
        self.refused_to_start("--demo", "--listen", "127.0.0.1:0", data_dir=server.data_dir, says="another process")
        self.assertEqual(server.player("Bob").id, "2")
        server.stop()


if __name__ == "__main__":
    harness.main()
