#!/usr/bin/python3
"""Video poker on the real binary: a round over several inputs, interrupted by a kill, a stop and its own deadline."""

import http.client
import json
import os
import subprocess
import time

import harness

VERIFY = os.environ.get("CROUPIER_VERIFY", "")
SCRIPTED = os.environ.get("CROUPIER_SCRIPTED_DRAWS") == "1"  # Built with it.
GAME = "jacks-or-better"


def deal(connection, coins=5, coin=10):
    return connection.bet({"kind": "coins", "numbers": [coins], "stake": coins * coin}, game=GAME)


def choose(connection, number, choice):
    answer = connection.ask({"n": connection.n, "op": "choose", "round": number, "choice": choice})
    connection.n += 1
    return answer


def events_of(answer):
    return {event["ev"]: event for event in answer["outcome"]["events"]}


def pays(cards, table):
    """What a hand pays in coins, for five coins: Jacks or Better, from the rules."""
    ranks = sorted(card // 4 for card in cards)
    counts = sorted((ranks.count(rank) for rank in set(ranks)), reverse=True)
    flush = len({card % 4 for card in cards}) == 1
    straight = counts[0] == 1 and (ranks[4] - ranks[0] == 4 or ranks == [0, 1, 2, 3, 12])
    if flush and straight:
        hand = "royal_flush" if ranks[0] == 8 else "straight_flush"
    elif counts[0] == 4:
        hand = "four_of_a_kind"
    elif counts[:2] == [3, 2]:
        hand = "full_house"
    elif flush:
        hand = "flush"
    elif straight:
        hand = "straight"
    elif counts[0] == 3:
        hand = "three_of_a_kind"
    elif counts[:2] == [2, 2]:
        hand = "two_pair"
    elif counts[0] == 2 and max(rank for rank in ranks if ranks.count(rank) == 2) >= 9:
        hand = "pair"
    else:
        return 0
    return next(row["pays"][4] for row in table if row["hand"] == hand)


class Choice(harness.SystemTest):
    def verified(self, server):
        done = subprocess.run([VERIFY, server.data_dir], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=harness.TIMEOUT)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_hands_are_dealt_held_drawn_and_paid_as_the_table_says(self):
        server = self.server()
        ada = server.player("Ada")
        connection = ada.connect()
        game = next(one for one in server.get("/api/v1/games").json["games"] if one["game"] == GAME)
        self.assertEqual(game["choice_ms"], 24 * 3600 * 1000)
        balance = connection.balance()["available"]
        for hold in range(32):
            dealt = deal(connection)["ok"]
            self.assertEqual(dealt["balance"]["available"], balance - 50)
            ended = choose(connection, dealt["round"], hold)["ok"]
            before, after = events_of(dealt)["deal"]["cards"], events_of(ended)["draw"]
            self.assertEqual(after["held"], [place for place in range(5) if hold >> place & 1])
            self.assertEqual([after["cards"][place] for place in after["held"]], [before[place] for place in after["held"]])
            new = [card for place, card in enumerate(after["cards"]) if place not in after["held"]]
            self.assertEqual(len(set(before + new)), 5 + len(new))  # One deck.
            self.assertEqual(ended["win"], 10 * pays(after["cards"], game["definition"]["hands"]))
            balance += ended["win"] - 50
            self.assertEqual(ended["balance"]["available"], balance)
        shown = ada.get(f"/api/v1/me/rounds/{ended['round']}").json
        self.assertEqual(shown["outcome"], ended["outcome"])  # Every step of it (GLI-19 4.14.2).
        server.stop()
        self.verified(server)

    def test_a_killed_server_finds_the_hand_as_it_was(self):
        server = self.server()
        ada = server.player("Ada")
        dealt = deal(ada.connect())["ok"]
        for _ in range(3):
            server.kill()
            server.start()
            ada.log_in()  # On another device.
            connection = ada.connect()
            (waiting,) = connection.query("open")["rounds"]
            self.assertEqual((waiting["round"], waiting["outcome"], waiting["awaits"]),
                             (dealt["round"], dealt["outcome"], dealt["awaits"]))
            self.refused(connection.spin(), "round_open")
        ended = choose(connection, dealt["round"], 31)["ok"]
        self.assertEqual(events_of(ended)["draw"]["cards"], events_of(dealt)["deal"]["cards"])
        server.kill()
        server.start()
        connection = ada.connect()
        self.assertEqual(connection.query("open")["rounds"], [])
        self.assertEqual(connection.balance()["available"], ended["balance"]["available"])
        # The same command gets its answer, a new one is too late.
        connection.n -= 1
        self.assertEqual(choose(connection, dealt["round"], 31)["ok"], ended)
        self.refused(choose(connection, dealt["round"], 0), "round_closed")
        server.stop()
        self.verified(server)

    def test_a_hand_that_nobody_finishes_is_settled_by_the_rule_also_after_a_restart(self):
        server = self.server(settings={"play.choice_s": 5})
        ada = server.player("Ada")
        dealt = deal(ada.connect())["ok"]
        server.stop()
        server.start()
        connection = ada.connect()
        deadline = time.monotonic() + harness.TIMEOUT
        while connection.query("open")["rounds"]:
            self.assertLess(time.monotonic(), deadline)
            connection.ping()
        shown = ada.get(f"/api/v1/me/rounds/{dealt['round']}").json
        events = events_of(shown)
        self.assertEqual(events["draw"]["cards"], events_of(dealt)["deal"]["cards"])
        self.assertEqual(events["chosen_by_rule"]["choice"], 31)
        self.assertEqual(connection.balance()["available"], dealt["balance"]["available"] + shown["win"])
        server.stop()
        self.verified(server)

    def test_results_can_be_forced_where_that_is_built_in_and_asked_for_and_nowhere_else(self):
        def post(server, body):
            """No call of the protocol: past the contract's checks."""
            connection = http.client.HTTPConnection(*server.address, timeout=harness.TIMEOUT)
            connection.request("POST", "/test/draws", json.dumps(body))
            return connection.getresponse().status

        def force(server, stream, *values):
            return post(server, {"stream": stream, "values": values})

        for arguments in ((), ("--test-endpoints",)):
            server = self.server(*arguments)
            if not (SCRIPTED and arguments):
                self.assertEqual(force(server, GAME + "/outcome", 0, 0, 0, 0, 0), 405)
                continue
            connection = server.player("Ada").connect()
            # Ten to ace of hearts, as places among the cards that are left.
            hearts = [rank * 4 + 2 for rank in range(8, 13)]
            places = [card - sum(1 for before in hearts[:i] if before < card) for i, card in enumerate(hearts)]
            self.assertEqual(force(server, GAME + "/outcome", *places), 204)
            dealt = deal(connection)["ok"]
            self.assertEqual(events_of(dealt)["deal"]["cards"], hearts)
            self.assertEqual(choose(connection, dealt["round"], 31)["ok"]["win"], 10 * 4000)
            # A stream for which nothing is scripted, and values that do not fit, are the generators' business.
            self.assertEqual(force(server, "lucky-lines/outcome", 99, 99), 204)
            self.assertIn("ok", connection.spin())
            for wrong in ([], {"stream": "a"}, {"stream": "a", "values": [-1]}, {"stream": "a", "values": [1], "more": 1}):
                self.assertEqual(post(server, wrong), 400)
            server.stop()
            self.verified(server)  # What was forced is a draw like any other.
            self.assertEqual(sum("a result was forced" in line for line in server.log), 2)

    def test_the_house_keeps_the_pace(self):
        server = self.server(settings={"play.slot_cycle_ms": 60000})
        connection = server.player("Ada").connect()
        self.assertIn("ok", connection.spin())
        refused = connection.spin()
        self.refused(refused, "too_soon")
        self.assertGreater(refused["error"]["retry_after_ms"], 0)


if __name__ == "__main__":
    harness.main()
