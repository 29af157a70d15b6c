#!/usr/bin/python3
"""Games as files, for a studio: a changed definition is offered from the next round on, in demo mode; strips as tables; variants of
jurisdictions."""

import json
import os
import pathlib
import shutil
import subprocess

import harness

REPLAY = os.environ.get("CROUPIER_REPLAY", "")
VERIFY = os.environ.get("CROUPIER_VERIFY", "")
SHIPPED = pathlib.Path(__file__).parents[2] / "config/games"


class Studio(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.games = self.folder / "games"
        self.games.mkdir()

    def change(self, name, change):
        """Edits a definition the way an editor does that writes in place: for a moment the file is half of what it will be."""
        path = self.games / f"{name}.json"
        definition = json.loads(path.read_text())
        change(definition)
        text = json.dumps(definition)
        path.write_text(text[: len(text) // 2])
        path.write_text(text)

    def offered(self, casino, name):
        return next(game for game in casino.get("/api/v1/games").json["games"] if game["game"] == name)

    def test_a_changed_definition_is_offered_from_the_next_round_on(self):
        harness.run("new-game", "golden-night", "--directory", self.games)
        shutil.copy(SHIPPED / "jacks-or-better.json", self.games)
        shutil.copy(SHIPPED / "dice.json", self.games)
        casino = self.server(settings={"games.directory": self.games, "recording.frames": "full"})
        ada = casino.player("Ada")
        play = ada.connect()
        bob = casino.player("Bob").connect()
        self.assertIn("ok", play.spin(game="golden-night"))
        self.refused(play.spin(game="golden-night", stake=40_000), "stake_too_high")
        waiting = bob.bet({"kind": "coins", "numbers": [5], "stake": 25}, game="jacks-or-better")["ok"]
        play.bet({"kind": "under", "numbers": [5000], "stake": 100}, game="dice")

        def larger(definition):
            definition["stake"]["max"] = 40_000
        self.change("golden-night", larger)
        play.push("games")
        self.assertEqual(self.offered(casino, "golden-night")["stake_max"], 40_000)
        self.assertIn("ok", play.spin(game="golden-night", stake=40_000))

        # A table beside it counts as the definition does: so do the strips that draw.
        table = self.games / "golden-night.csv"
        rows = table.read_text().splitlines()
        first_strip = self.offered(casino, "golden-night")["definition"]["strips"][0]
        table.write_text("\n".join([*rows, rows[0]]) + "\n")
        harness.eventually(lambda: "/rtp/ppm: expected" in casino.tail(), "a return that is not as declared is told")
        self.assertEqual(len(self.offered(casino, "golden-night")["definition"]["strips"][0]), len(rows))
        table.write_text("\n".join(rows[1:] + rows[:1]) + "\n")  # The same ring, begun elsewhere, returns the same.
        play.push("games")
        turned = self.offered(casino, "golden-night")["definition"]["strips"][0]
        self.assertEqual(turned, first_strip[1:] + first_strip[:1])
        self.assertIn("ok", play.spin(game="golden-night"))

        # Seeds are promised for a version of a game: the next round begins new ones (docs/fair.md).
        def poorer(definition):
            definition.update(edge_ppm=20_000, chance={"min": 100, "max": 9_700})
        before = ada.get("/api/v1/me/fair/dice").json["current"]
        self.change("dice", poorer)
        play.push("games")
        self.assertIn("ok", play.bet({"kind": "under", "numbers": [5000], "stake": 100}, game="dice"))
        after = ada.get("/api/v1/me/fair/dice").json["current"]
        self.assertNotEqual(before["definition"], after["definition"])
        self.assertEqual(after["seeds"], before["seeds"] + 1)

        # A round in play ends on the version on which it began.
        def meaner(definition):
            for hand in definition["hands"]:
                hand["pays"] = [1] * len(hand["pays"])
        self.change("jacks-or-better", meaner)
        play.push("games")
        done = bob.ask({"n": 2, "op": "choose", "round": waiting["round"], "choice": 31})
        self.assertIn("ok", done)

        # Another kind of game is another game, and what is none is not offered.
        def broken(definition):
            definition["kind"] = "roulette"
        self.change("dice", broken)
        harness.eventually(lambda: "/chance: expected no such member" in casino.tail(), "it is told")
        self.assertEqual(self.offered(casino, "dice")["kind"], "dice")

        self.change("dice", lambda definition: definition.update(kind="dice"))
        casino.kill()
        replayed = subprocess.run([REPLAY, casino.data_dir / "recordings"], capture_output=True, text=True, timeout=harness.TIMEOUT)
        self.assertEqual(replayed.returncode, 0, replayed.stdout + replayed.stderr)
        self.assertIn("0 differences", replayed.stdout)
        casino.start()
        self.assertEqual(self.offered(casino, "golden-night")["stake_max"], 40_000)
        casino.stop()
        verified = subprocess.run([VERIFY, casino.data_dir], capture_output=True, text=True, timeout=harness.TIMEOUT)
        self.assertEqual(verified.returncode, 0, verified.stdout)

    def test_outside_demo_mode_nothing_changes_under_the_players(self):
        shutil.copy(SHIPPED / "lucky-lines.json", self.games)
        harness.run("init", "--data-dir", self.folder / "real")
        casino = self.server(data_dir=self.folder / "real", demo=False, settings={"games.directory": self.games})
        self.change("lucky-lines", lambda definition: definition["stake"].update(max=20_000))
        harness.eventually(lambda: casino.get("/healthz").status == 200, "it goes on")
        self.assertEqual(self.offered(casino, "lucky-lines")["stake_max"], 10_000)
        casino.stop()
        casino.start()
        self.assertEqual(self.offered(casino, "lucky-lines")["stake_max"], 20_000)

    def test_a_jurisdiction_plays_its_variants(self):
        shutil.copy(SHIPPED / "lucky-lines.json", self.games)
        self.change("lucky-lines", lambda definition: definition.update(variants={"de": {"stake": {"max": 100}}}))
        for jurisdiction, stake_max in (("", 10_000), ("de", 100), ("at", 10_000)):
            casino = self.server(settings={"games.directory": self.games, "games.jurisdiction": jurisdiction})
            self.assertEqual(self.offered(casino, "lucky-lines")["stake_max"], stake_max)
            casino.stop()


if __name__ == "__main__":
    harness.main()
