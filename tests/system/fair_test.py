#!/usr/bin/python3
"""Provably fair rounds of the real binary, computed again here from docs/fair.md alone."""

import hashlib
import hmac
import os
import re
import subprocess

import harness

VERIFY = os.environ.get("CROUPIER_VERIFY", "")
PATH = "/api/v1/me/fair/dice"


def value(seed, client_seed, nonce, bound):
    """Scheme v2: floor(word * bound / 2^32), words that would bias it passed over."""
    block = 0
    while True:
        digest = hmac.new(seed.encode(), f"{client_seed}:{nonce}:{block}".encode(), hashlib.sha256).digest()
        for at in range(0, 32, 4):
            word = int.from_bytes(digest[at:at + 4], "big")
            if word * bound % 2**32 >= 2**32 % bound:
                return word * bound >> 32
        block += 1


class Fair(harness.SystemTest):
    def renew(self, player, after, client_seed, status=200):
        answer = player.server.call("PUT", PATH, {"after": after, "client_seed": client_seed}, token=player.token,
                                    checked=status == 200)
        self.assertEqual(answer.status, status, answer.json)
        return answer.json

    def roll(self, connection, target=5000):
        answer = connection.bet({"kind": "under", "numbers": [target], "stake": 100}, game="dice")["ok"]
        events = {event["ev"]: event for event in answer["outcome"]["events"]}
        return events["roll"]["number"], events["fair"]["seeds"], events["fair"]["nonce"], answer

    def round(self, past, nonce, *more):
        return subprocess.run([VERIFY, "round", "--game", "dice", "--server-seed", past["server_seed"], "--client-seed",
                               past["client_seed"], "--nonce", str(nonce), "--commitment", past["commitment"], *more],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=harness.TIMEOUT)

    def test_a_round_is_computed_from_its_seeds_alone(self):
        server = self.server()
        ada = server.player("Ada")
        self.renew(ada, 0, "adas-own-seed")
        connection = ada.connect()
        number, _, nonce, answer = self.roll(connection)
        past = self.renew(ada, 1, "the-next")["past"][0]
        told = ("--number", str(number), "--bet", "under:5000:100", "--win", str(answer["win"]))
        done = self.round(past, nonce, *told)
        self.assertEqual((done.returncode, done.stdout), (0, f"number {number}\nwin {answer['win']}\n"))
        for wrong in (("--number", str(number + 1)), ("--bet", "under:5000:100", "--win", str(answer["win"] + 1))):
            self.assertEqual(self.round(past, nonce, *wrong).returncode, 1)
        self.assertIn("not the one that was promised",
                      self.round({**past, "commitment": "0" * 64}, nonce, *told).stdout)
        other = past["server_seed"][:-1] + ("0" if past["server_seed"][-1] != "0" else "1")
        self.assertIn("another version of the game", self.round({**past, "server_seed": other}, nonce).stdout)
        self.assertEqual(self.round(past, nonce, "--bet", "under:5000").returncode, 2)

    def verified(self, server):
        done = subprocess.run([VERIFY, server.data_dir], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=harness.TIMEOUT)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return int(re.search(r"(\d+) proved by revealed seeds", done.stdout)[1])

    def test_every_round_follows_from_the_seeds_also_over_a_kill(self):
        server = self.server()
        ada = server.player("Ada")
        looked = ada.get(PATH).json
        self.assertEqual((looked["current"], looked["past"]), (None, []))
        promised = self.renew(ada, 0, "adas-own-seed")["current"]
        self.assertEqual(promised["commitment"], looked["next"]["commitment"])  # Before the player's seed was known.
        connection = ada.connect()
        rolled = [self.roll(connection) for _ in range(20)]
        server.kill()
        server.start()
        connection = ada.connect()
        rolled += [self.roll(connection) for _ in range(10)]
        self.assertEqual(ada.get(PATH).json["current"], {**promised, "rounds": 30})
        past = self.renew(ada, 1, "the-next-seed")["past"][0]

        self.assertEqual(hashlib.sha256(past["server_seed"].encode()).hexdigest(), promised["commitment"])
        self.assertEqual(past["server_seed"].split(".")[1], promised["definition"])
        for expected_nonce, (number, seeds, nonce, answer) in enumerate(rolled, start=1):
            self.assertEqual((seeds, nonce), (1, expected_nonce))
            self.assertEqual(number, value(past["server_seed"], "adas-own-seed", nonce, 10000))
            self.assertEqual(answer["win"], 198 if number < 5000 else 0)
        shown = harness.eventually(lambda: ada.get("/api/v1/me/rounds/" + rolled[-1][3]["round"]).json.get("outcome"),
                                   "the round is shown")
        self.assertEqual(shown, rolled[-1][3]["outcome"])
        server.stop()
        self.assertEqual(self.verified(server), 30)

    def test_asking_twice_is_asking_once_and_another_pair_is_not_overrun(self):
        server = self.server()
        ada = server.player("Ada")
        first = self.renew(ada, 0, "one")
        self.assertEqual(self.renew(ada, 0, "one"), first)
        self.assertEqual(self.renew(ada, 0, "two", status=409)["code"], "seeds_changed")
        self.assertEqual(self.renew(ada, 1, "one")["current"]["seeds"], 2)
        for wrong in ("", "a b", "a:b", "x" * 65, "ä"):
            self.assertEqual(self.renew(ada, 2, wrong, status=400)["code"], "malformed")
        for body in ({"after": 2}, {"client_seed": "a"}, {"after": -1, "client_seed": "a"},
                     {"after": 2, "client_seed": "a", "server_seed": "b"}):
            answer = server.call("PUT", PATH, body, token=ada.token, checked=False)
            self.problem(answer, 400, "malformed")
        self.problem(server.call("PUT", PATH, {"after": 2, "client_seed": "a"}, checked=False), 401, "not_logged_in")
        self.problem(server.call("GET", "/api/v1/me/fair/lucky-lines", token=ada.token, checked=False), 404, "game_unknown")
        self.problem(server.call("DELETE", PATH, token=ada.token, checked=False), 405, "method_not_allowed")

    def test_no_file_of_the_server_holds_a_seed_that_still_decides(self):
        server = self.server(settings={"recording.frames": "full"})
        ada = server.player("Ada")
        self.renew(ada, 0, "mine")
        self.roll(ada.connect())
        server.stop()
        before = b"".join(path.read_bytes() for path in sorted(server.data_dir.rglob("*")) if path.is_file())
        server.start()
        seed = self.renew(ada, 1, "mine")["past"][0]["server_seed"].split(".")[0]
        self.assertNotIn(seed.encode(), before)
        self.assertNotIn(bytes.fromhex(seed), before)

    def test_a_player_who_changes_nothing_gets_new_seeds_after_so_many_rounds(self):
        server = self.server(settings={"fair.rounds_max": "4"})
        ada = server.player("Ada")
        connection = ada.connect()
        self.assertEqual([self.roll(connection)[1:3] for _ in range(6)], [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2)])
        server.stop()
        self.assertEqual(self.verified(server), 4)


if __name__ == "__main__":
    harness.main()
