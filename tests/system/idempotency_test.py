#!/usr/bin/python3
"""The same request twice gives the first result: over reconnects, restarts and a kill -9."""

import json

import harness
from harness import ROULETTE
from wire import Closed


class SameAnswer(harness.SystemTest):
    def test_the_same_n_gets_the_same_bytes(self):
        server = self.server()
        ada = server.player("Ada")
        play = ada.connect()
        frames = [play.spin_frame(n, 20 * n) for n in (1, 2, 3)]
        frames.append({"n": 4, "op": "spin", "game": ROULETTE,
                       "bets": [{"kind": "straight", "numbers": [17], "stake": 100}]})
        first = [play.ask_text(frame) for frame in frames]
        money = play.balance()

        def again(connection):
            for frame, text in zip(frames, first):
                self.assertEqual(connection.ask_text(frame), text)
            self.assertEqual(connection.balance(), money)

        again(play)
        play.close()
        again(ada.connect())
        server.restart()
        play = ada.connect()
        self.assertEqual(play.welcome["last_n"], 4)
        self.assertEqual([json.dumps(result) for result in play.welcome["results"]],
                         [json.dumps(json.loads(text)) for text in first])
        again(play)
        server.stop()
        server.start()
        again(ada.connect())

    def test_the_same_content_in_other_words_is_the_same(self):
        play = self.server().player("Ada").connect()
        first = play.ask_text(play.spin_frame(1, 20))
        play.send_text(' {"stake" : 20,\n "game":"lucky-lines", "op":"\\u0073pin", "n":1 }')
        self.assertEqual(play.answer_text(re=1), first)

    def test_another_content_conflicts_and_changes_nothing(self):
        server = self.server()
        ada = server.player("Ada")
        play = ada.connect()
        first = play.ask_text(play.spin_frame(1, 20))
        money = play.balance()

        def conflicts(connection):
            for other in (play.spin_frame(1, 40), {"n": 1, "op": "spin", "game": ROULETTE,
                                                   "bets": [{"kind": "red", "stake": 20}]}):
                self.refused(connection.ask(other), "key_conflict")
            self.assertEqual(connection.ask_text(play.spin_frame(1, 20)), first)
            self.assertEqual(connection.balance(), money)

        conflicts(play)
        # A client that reuses its numbers is seen.
        self.assertIn('\ncroupier_refusals_total{code="key_conflict"} 2\n', server.get("/metrics").body.decode())
        server.restart()
        conflicts(ada.connect())

    def test_an_n_beyond_the_next_is_out_of_order_and_consumes_nothing(self):
        play = self.server().player("Ada").connect()
        for n in (2, 3, 1000, 2**53 - 1):
            answer = play.ask(play.spin_frame(n))
            self.refused(answer, "out_of_order")
            self.assertEqual(answer["error"]["expected"], 1)
        self.assertIn("ok", play.spin())
        answer = play.ask(play.spin_frame(3))
        self.refused(answer, "out_of_order")
        self.assertEqual(answer["error"]["expected"], 2)
        self.assertIn("ok", play.spin())

    def test_pipelined_commands_are_answered_in_order(self):
        play = self.server().player("Ada").connect()
        for n in range(1, 21):
            play.put(play.spin_frame(n))
        order = []
        while len(order) < 20:
            _, value = play.next()
            if "re" in value:
                self.assertIn("ok", value)
                order.append(value["re"])
        self.assertEqual(order, list(range(1, 21)))

    def test_a_command_sent_twice_at_once_is_played_once(self):
        ada = self.server().player("Ada")
        play = ada.connect()
        text = json.dumps(play.spin_frame(1))
        for _ in range(5):
            play.send_text(text)
        answers = {play.answer_text(re=1) for _ in range(5)}
        self.assertEqual(len(answers), 1)
        self.assertEqual(play.balance()["version"], json.loads(answers.pop())["ok"]["balance"]["version"])

    def test_refusals_are_recorded_and_repeated(self):
        server = self.server(settings={"demo.grant_minor": 50})
        ada = server.player("Ada")
        play = ada.connect()
        self.assertEqual(ada.start, 50)
        poor, unknown = play.spin_frame(1, 60), play.spin_frame(2, 20, "no-game")
        first = [play.ask_text(frame) for frame in (poor, unknown)]
        self.refused(json.loads(first[0]), "insufficient_funds")
        self.refused(json.loads(first[1]), "game_unknown")

        # Money comes in, or not: the decision under n = 1 stands.
        self.assertIn("ok", play.ask(play.spin_frame(3, 20)))
        for connect in (lambda: play, ada.connect, lambda: server.restart() and ada.connect()):
            connection = connect()
            self.assertEqual([connection.ask_text(frame) for frame in (poor, unknown)], first)
        connection = ada.connect()
        self.assertEqual(connection.welcome["last_n"], 3)
        self.assertEqual(connection.welcome["results"][0], json.loads(first[0]))

    def test_a_very_old_n_still_gets_its_first_answer(self):
        server = self.server()
        ada = server.player("Ada")
        play = ada.connect()
        frames = [play.spin_frame(n, 20 + 20 * (n % 5)) for n in range(1, 61)]
        first = [play.ask_text(frame) for frame in frames]
        money = play.balance()

        def old(connection, n):
            """An answer that is not in memory is looked up in the views, which may be behind for a moment."""
            def look():
                text = connection.ask_text(frames[n - 1])
                code = json.loads(text).get("error", {}).get("code")
                return None if code in ("in_flight", "overloaded") else text
            return harness.eventually(look, f"n = {n} is answered")

        for life in range(2):
            for n in (1, 2, 17, 43, 44, 45, 59, 60):
                self.assertEqual(old(play, n), first[n - 1], f"n = {n}, life {life}")
            answer = harness.eventually(
                lambda: (lambda got: got if got["error"]["code"] not in ("in_flight", "overloaded") else None)(
                    play.ask(play.spin_frame(1, 9_000))), "n = 1 with another content is answered")
            self.refused(answer, "key_conflict")
            self.assertEqual(play.balance(), money)
            server.restart()
            play = ada.connect()
            self.assertEqual(play.welcome["last_n"], 60)
            self.assertEqual(play.welcome["results"], [json.loads(text) for text in first[-16:]])

    def test_queries_consume_nothing(self):
        play = self.server().player("Ada").connect()
        for op in ["balance", "games", "online", "ping"] * 3:
            play.query(op)
        for q in (0, 7, 7, 2**53 - 1):
            self.assertEqual(play.ask({"q": q, "op": "ping"}), {"rq": q, "ok": {"op": "ping"}})
        self.assertIn("ok", play.ask(play.spin_frame(1)))

    def test_the_session_before_is_told(self):
        server = self.server()
        ada = server.player("Ada")
        last = [ada.connect().spin()]
        ada.log_in()
        for _ in range(2):
            play = ada.connect()
            self.assertEqual((play.welcome["last_n"], play.welcome["results"]), (0, []))
            self.assertEqual(play.welcome["previous"], last)
            server.restart()


class Connections(harness.SystemTest):
    def test_a_newer_connection_of_the_session_takes_over(self):
        ada = self.server().player("Ada")
        first = ada.connect()
        first.spin()
        second = ada.connect()
        self.assertEqual(first.close_code(), 4001)
        self.assertEqual(second.welcome["last_n"], 1)
        self.assertIn("ok", second.spin())

    def test_two_sessions_of_a_player_see_each_other_s_money(self):
        ada = self.server().player("Ada")
        one = ada.connect()
        two = ada.log_in().connect()
        spun = one.spin()["ok"]
        seen = two.push("balance")
        while seen["balance"]["version"] < spun["balance"]["version"]:  # One push a transfer, or one a round.
            seen = two.push("balance")
        self.assertEqual(seen["balance"], spun["balance"])
        self.assertEqual(two.balance(), spun["balance"])
        one.ping()
        self.assertEqual([push for push in one.pushes if push["ev"] == "balance"], [], "own answers tell own balance")

    def pushes_after(self, connection, count):
        """The own-money pushes of that many."""
        return [connection.push("balance") for _ in range(count)]

    def test_positions_rise_by_one_a_push(self):
        ada = self.server().player("Ada")
        one = ada.connect()
        two = ada.log_in().connect()
        seq = two.welcome["seq"]
        versions = []
        for _ in range(5):
            target = one.spin()["ok"]["balance"]["version"]
            while not versions or versions[-1] < target:
                push = two.push("balance")
                seq += 1
                self.assertEqual(push["seq"], seq)
                versions.append(push["balance"]["version"])
        self.assertEqual(versions, sorted(set(versions)))

    def resume_after(self, spins):
        """A second session watches, breaks off, misses the pushes of `spins`, resumes: (missed, connection)."""
        server = self.server(settings={"sessions.pushes_kept": 16})
        ada = server.player("Ada")
        one = ada.connect()
        two = ada.log_in()
        token = two.token
        watching = two.connect()
        target = one.spin()["ok"]["balance"]["version"]
        while True:
            push = watching.push("balance")
            if push["balance"]["version"] == target:
                break
        position = {"instance": watching.welcome["instance"], "seq": push["seq"]}
        watching.close()
        last = None
        for _ in range(spins):
            last = one.spin()["ok"]["balance"]
        return server, ada, token, position, last

    def test_resuming_gets_exactly_what_was_missed(self):
        server, ada, token, position, last = self.resume_after(3)
        back = harness.Connection(server, token, position)
        self.assertTrue(back.welcome["resumed"])
        self.assertEqual(back.welcome["balance"], last)
        missed = back.welcome["seq"] - position["seq"]
        self.assertGreaterEqual(missed, 3)
        pushes = self.pushes_after(back, missed)
        self.assertEqual([push["seq"] for push in pushes], list(range(position["seq"] + 1, back.welcome["seq"] + 1)))
        self.assertEqual(pushes[-1]["balance"], last)
        back.ping()
        self.assertEqual([push for push in back.pushes if push["ev"] == "balance"], [], "and nothing twice")

        again = harness.Connection(server, token, {"instance": position["instance"], "seq": back.welcome["seq"]})
        self.assertTrue(again.welcome["resumed"])
        again.ping()
        self.assertEqual([push for push in again.pushes if push["ev"] == "balance"], [], "nothing was missed")

    def test_a_snapshot_when_the_missed_frames_are_gone(self):
        server, ada, token, position, last = self.resume_after(40)
        back = harness.Connection(server, token, position)
        self.assertFalse(back.welcome["resumed"])
        self.assertEqual(back.welcome["balance"], last)
        back.ping()
        self.assertEqual([push for push in back.pushes if push["ev"] == "balance"], [])

    def test_a_snapshot_for_a_position_that_never_was(self):
        server, ada, token, position, last = self.resume_after(1)
        for resume in ({"instance": "another-life", "seq": position["seq"]},
                       {"instance": position["instance"], "seq": position["seq"] + 1000}):
            with self.subTest(resume["instance"]):
                back = harness.Connection(server, token, resume)
                self.assertFalse(back.welcome["resumed"])
                self.assertEqual(back.welcome["balance"], last)

    def test_a_snapshot_after_a_restart(self):
        server, ada, token, position, last = self.resume_after(2)
        server.restart()
        back = harness.Connection(server, token, position)
        self.assertFalse(back.welcome["resumed"])
        self.assertNotEqual(back.welcome["instance"], position["instance"])
        self.assertEqual(back.welcome["balance"], last)

    def test_logging_out_ends_the_connection(self):
        server = self.server()
        ada = server.player("Ada")
        play = ada.connect()
        server.call("DELETE", "/api/v1/sessions/current", token=ada.token)
        self.assertIn(play.close_code(), (1000, 4003))
        with self.assertRaises((Closed, AssertionError)):
            ada.connect()

    def test_players_online_are_counted_and_told(self):
        server = self.server()
        ada = server.player("Ada").connect()
        self.assertEqual(ada.query("online"), {"op": "online", "players": 1})
        bob = server.player("Bob").connect()
        self.assertEqual(ada.query("online")["players"], 2)
        while ada.push("online")["players"] != 2:
            pass
        bob.leave()
        harness.eventually(lambda: ada.query("online")["players"] == 1, "Bob is seen to leave")


class SmallOutbox(harness.SystemTest):
    def test_nothing_that_is_kept_locks_a_player_out(self):
        server = self.server(settings={"edge.outbox_max_bytes": 4096, "edge.frame_max_bytes": 4096,
                                       "sessions.answers_kept": 1000})
        ada = server.player("Ada")
        play = ada.connect()
        first = [play.ask_text(play.spin_frame(n)) for n in range(1, 41)]
        play = ada.connect()
        self.assertEqual(play.welcome["last_n"], 40)
        told = play.welcome["results"]
        self.assertTrue(0 < len(told) < 40)
        self.assertEqual(told, [json.loads(text) for text in first[-len(told):]])
        self.assertEqual(play.ask_text(play.spin_frame(1)), first[0])
        play = ada.log_in().connect()
        self.assertEqual((play.welcome["results"], play.welcome["previous"]), ([], told))


if __name__ == "__main__":
    harness.main()
