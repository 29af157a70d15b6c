#!/usr/bin/python3
"""What the real binary records: a replay agrees with it byte for byte, also after kill -9; nobody's name and no token stands in it;
and when it can go on no longer, play does."""

import os
import pathlib
import secrets
import subprocess
import urllib.parse

import harness

REPLAY = os.environ.get("CROUPIER_REPLAY", "")


def replay(*arguments):
    return subprocess.run([REPLAY, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=harness.TIMEOUT * 2)


class Recording(harness.SystemTest):
    def recordings(self, casino):
        return pathlib.Path(casino.data_dir) / "recordings"

    def agrees(self, *arguments):
        done = replay(*arguments)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def an_evening(self, casino):
        """A bit of everything; what was secret or personal in it."""
        nickname = "Zoë-" + secrets.token_hex(4)
        zoe = casino.player(nickname)
        play = zoe.connect()
        for _ in range(30):
            play.spin()
        play.bet({"kind": "red", "stake": 100})
        play.balance()
        play.ping()
        self.refused(play.ask({"n": 32, "op": "spin", "game": "no-such-game", "stake": 20}), "game_unknown")
        # An old command again: its answer is looked up in the views.
        again = play.ask(play.spin_frame(n=1))
        self.assertIn("ok", again)
        self.assertEqual(zoe.get("/api/v1/me").json["nickname"], nickname)
        zoe.get("/api/v1/me/rounds?limit=5")
        zoe.get("/api/v1/me/statement")
        casino.call("GET", f"/api/v1/me/rounds?before={urllib.parse.quote(nickname)}", token=zoe.token, checked=False)
        casino.call("POST", "/api/v1/players", {"nickname": nickname, "password": "hunter2-" + nickname}, checked=False)
        casino.call("POST", "/api/v1/players", {"nickname": "x"}, checked=False)
        self.assertEqual(casino.call("POST", "/api/v1/players", {"nickname": nickname.replace("Z", "z")}, checked=False).status, 409)
        return [nickname, zoe.token, "hunter2"]

    def test_a_replay_agrees_and_nobody_is_named(self):
        casino = self.server(settings={"recording.frames": "full"})
        secret = self.an_evening(casino)
        token = harness.run("operator", "add", "admin", "--data-dir", casino.data_dir).stdout.strip()
        casino.secrets.add(token)
        secret.append(token)
        for key in ("k-1", "k-1", "k-2"):
            casino.call("POST", "/api/v1/operator/deposits", {"player": "1", "amount": 250, "payment": key}, token,
                        {"Idempotency-Key": key})
        casino.get("/api/v1/operator/players/1/explain", token)
        casino.call("POST", "/api/v1/operator/days", {}, token, {"Idempotency-Key": "day"})
        harness.run("erase", "1", "--data-dir", casino.data_dir)
        casino.stop()
        out = self.agrees(self.recordings(casino))
        self.assertIn("0 differences", out)
        self.assertIn("the state of all modules agrees", out)

        shown = self.agrees("--inspect", self.recordings(casino))
        self.assertIn('"op":"spin"', shown)
        for text in secret:
            self.assertNotIn(text, shown)
            self.assertNotIn(text.replace("Z", "z"), shown)
        for file in self.recordings(casino).iterdir():
            self.assertEqual(file.stat().st_mode & 0o77, 0, "readable by its owner only")

    def test_with_digests_instead_of_frames_too(self):
        casino = self.server()
        self.an_evening(casino)
        casino.stop()
        self.assertIn("0 differences", self.agrees(self.recordings(casino)))

    def test_each_life_is_a_recording_also_one_that_was_killed(self):
        casino = self.server()
        ada = casino.player("Ada")
        for _ in range(3):
            play = ada.connect()
            for _ in range(20):
                play.spin()
            # What has gathered is handed over twice a second; what is younger is lost with the process.
            newest = max(self.recordings(casino).iterdir(), key=lambda file: file.stat().st_mtime)
            size = newest.stat().st_size
            harness.eventually(lambda: newest.stat().st_size > size, "the recording grows")
            casino.kill()
            casino.start()
        casino.stop()
        recordings = sorted(self.recordings(casino).iterdir())
        self.assertEqual(len(recordings), 4)
        cut = 0
        for recording in recordings:
            out = self.agrees(recording)
            self.assertIn("0 differences", out)
            cut += "was cut off" in out
        self.assertEqual(cut, 3)

    def test_a_changed_state_is_noticed(self):
        casino = self.server()
        ada = casino.player("Ada").connect()
        ada.spin()
        casino.stop()
        file = next(self.recordings(casino).iterdir())
        whole = file.read_bytes()
        file.write_bytes(whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:])
        done = replay(file)
        self.assertEqual(done.returncode, 2)
        self.assertIn("damaged", done.stderr)

    def test_a_state_that_is_too_large_needs_the_ledger(self):
        casino = self.server(settings={"recording.state_max_bytes": 0})
        casino.player("Ada").connect().spin()
        casino.restart()
        casino.player("Bob").connect().spin()
        casino.stop()
        newest = max(self.recordings(casino).iterdir(), key=lambda file: file.stat().st_mtime)
        done = replay(newest)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--ledger", done.stderr)
        self.assertIn("0 differences", self.agrees("--ledger", casino.data_dir, newest))

    def active(self, casino):
        return "\ncroupier_recording_active 1\n" in casino.get("/metrics").body.decode()

    def test_after_a_gap_the_next_one_begins_in_the_middle_of_play(self):
        casino = self.server(settings={"recording.segment_max_bytes": 1 << 16, "recording.frames": "full", "recording.resume_after_ms": 500})
        ada = casino.player("Ada").connect()
        bob = casino.player("Bob")
        bob.connect().close()
        self.assertTrue(self.active(casino))
        # A file stands where the folder of recordings was: there is no place for the next segment.
        folder = self.recordings(casino)
        folder.rename(folder.with_name("moved"))
        folder.touch()
        for _ in range(200):
            for _ in range(100):
                ada.spin()
            if not self.active(casino):
                break
        self.assertIn("ok", ada.spin())
        self.assertIn("the recording ended before its time", casino.tail(10000))
        folder.unlink()
        harness.eventually(lambda: self.active(casino) and list(folder.glob("*.crr")), "the next recording begins")
        for _ in range(20):
            ada.spin()
        bob.connect().spin()
        casino.stop()
        before = self.agrees(*folder.with_name("moved").iterdir())
        self.assertIn("0 differences", before)
        self.assertIn("was cut off", before)
        after = self.agrees(folder)
        self.assertIn("0 differences", after)
        self.assertIn("the recording ends in order", after)
        self.assertIn("player 1 session 1", self.agrees("--inspect", "--player", "1", folder))

    def test_when_one_has_become_large_the_next_one_begins(self):
        most = 1 << 18
        casino = self.server(settings={"recording.disk_max_bytes": most, "recording.frames": "full"})
        play = casino.player("Ada").connect()
        folder = self.recordings(casino)

        def begun(number):
            return list(folder.glob(f"*.{number}-000001.crr"))
        for _ in range(500):
            for _ in range(20):
                play.spin()
            if begun(4):
                break
        self.assertTrue(begun(4))
        casino.stop()
        self.assertLessEqual(sum(file.stat().st_size for file in folder.iterdir()), most)
        for number in (3, 4):
            out = self.agrees(*begun(number))
            self.assertIn("0 differences", out)
            self.assertIn("the recording ends in order", out)

    def test_off_it_leaves_nothing(self):
        casino = self.server(settings={"recording.mode": "off"})
        casino.player("Ada")
        casino.stop()
        self.assertFalse(self.recordings(casino).exists())


if __name__ == "__main__":
    harness.main()
