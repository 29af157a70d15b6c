#!/usr/bin/python3
"""A jackpot against the real binary: funded by spins, won, paid once, kept over kill -9, and what an auditor says of it."""

import json
import os
import subprocess

import harness

VERIFY = os.environ.get("CROUPIER_VERIFY", "")
JACKPOT = {"jackpot.games": harness.SLOT, "jackpot.name": "mega", "jackpot.fund_ppm": 20_000, "jackpot.reserve_ppm": 5_000,
           "jackpot.seed_minor": 7_000, "jackpot.odds_minor": 2_000}


class Jackpot(harness.SystemTest):
    def jackpot(self, casino):
        return casino.get("/api/v1/jackpots").json["jackpots"][0]

    def test_it_grows_by_each_stake_and_is_paid_to_who_wins_it(self):
        casino = self.server(settings=JACKPOT)
        ada = casino.player("Ada")
        play = ada.connect()
        self.assertEqual(self.jackpot(casino)["amount"], 7_000)
        paid = 0
        fund, wins, available = 7_000_000_000, 0, play.balance()["available"]
        for spins in range(1, 401):
            done = play.spin(stake=100)["ok"]
            fund += 100 * 20_000
            available += done["win"] + done["jackpot"] - 100
            self.assertEqual(done["balance"]["available"], available)
            if done["jackpot"]:
                self.assertEqual(ada.get(f"/api/v1/me/rounds/{done['round']}").json["jackpot"], done["jackpot"])
                self.assertEqual(done["jackpot"], fund // 1_000_000)
                paid += done["jackpot"]
                fund = 7_000_000_000 + fund % 1_000_000
                wins += 1
        # One win in twenty spins, on average: none in 400 has a chance of 10^-9.
        self.assertGreater(wins, 0)
        state = self.jackpot(casino)
        self.assertEqual((state["amount"], state["wins"], state["currency"]), (fund // 1_000_000, wins, "EUR"))

        # Of each game's version apart (GLI-19 2.8.3); a jackpot's wins are no part of what the game returns.
        token = harness.run("operator", "add", "auditor", "--data-dir", casino.data_dir).stdout.strip()
        casino.secrets.add(token)
        (version,) = casino.get("/api/v1/operator/games", token).json["versions"]
        self.assertEqual((version["rounds"], version["jackpot"]), (400, paid))

        casino.kill()
        report = subprocess.run([VERIFY, "--json", casino.data_dir], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                timeout=harness.TIMEOUT * 2)
        self.assertEqual(report.returncode, 0, report.stdout + report.stderr)
        self.assertEqual(json.loads(report.stdout)["problem_count"], 0)
        casino.start()
        self.assertEqual(self.jackpot(casino), state)

    def test_a_game_that_is_not_there_is_refused(self):
        casino = self.server(start=False, settings={**JACKPOT, "jackpot.games": "no-such-game"})
        with self.assertRaises(AssertionError) as refused:
            casino.start()
        self.assertIn('jackpot.games: there is no game', str(refused.exception))


if __name__ == "__main__":
    harness.main()
