#!/usr/bin/python3
"""A disk that fills up under the real binary: a small tmpfs. Stakes are refused before anything can fail; when it does fail, the
process ends, and the next start has all that was acknowledged.

Mounting needs rights: root's, or those of a user namespace of its own (unshare). Without either the test is skipped (77).
"""

import json
import os
import subprocess
import sys

import harness
from wire import Closed

VERIFY = os.environ.get("CROUPIER_VERIFY", "")
MIB = 1024 * 1024
SIZE = 96 * MIB


class Disk:
    """A tmpfs, and a file that takes up what the test wants taken up."""

    def __init__(self, folder):
        self.folder = folder
        self.folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)], check=True)

    def leave(self, free):
        """Lets so many bytes be free."""
        filler = self.folder / "filler"
        filler.unlink(missing_ok=True)
        status = os.statvfs(self.folder)
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, status.f_bavail * status.f_frsize - free)

    def unmount(self):
        subprocess.run(["umount", "-l", str(self.folder)], check=True)


class FullDisk(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.disk = Disk(self.folder / "disk")
        self.addCleanup(self.disk.unmount)

    def play_until(self, play, acknowledged, ends):
        """Spins until `ends` says so of an answer, or the connection ends; each acknowledged answer is kept."""
        for _ in range(200_000):
            try:
                text = play.ask_text(play.spin_frame())
            except (Closed, ConnectionError, TimeoutError):
                return None
            answer = json.loads(text)
            if "ok" not in answer:
                self.assertTrue(ends(answer), answer)
                return answer
            acknowledged.append(text)
            play.n += 1
        self.fail("the disk never filled")

    def money(self, player, acknowledged):
        """What the player must have: all that was acknowledged, and nothing else."""
        results = [json.loads(text)["ok"] for text in acknowledged]
        return player.start + sum(result["win"] - result["stake"] for result in results)

    def test_stakes_are_refused_before_anything_fails_and_again_taken_when_there_is_room(self):
        low = {"store.disk_free_min_bytes": 16 * MIB, "edge.frames_per_second": 0}
        server = self.server(data_dir=self.disk.folder / "data", settings=low)
        ada = server.player("Ada")
        play = ada.connect()
        acknowledged = []
        self.disk.leave(17 * MIB)
        refused = self.play_until(play, acknowledged, lambda answer: answer["error"]["code"] == "disk_low")
        self.assertGreater(len(acknowledged), 100)
        self.assertIn("retry_after_ms", refused["error"])
        self.assertEqual(server.get("/readyz").status, 503)
        self.assertEqual(play.balance()["available"], self.money(ada, acknowledged))
        self.assertEqual(len(ada.get("/api/v1/me/rounds").json["rounds"]), 25)  # Reads go on.

        self.disk.leave(40 * MIB)
        answer = harness.eventually(
            lambda: (lambda got: got if "ok" in got else None)(play.ask(play.spin_frame())), "stakes are taken again")
        self.assertEqual(answer["re"], len(acknowledged) + 1)
        server.stop()

    def test_a_disk_that_is_full_ends_the_process_and_loses_nothing(self):
        settings = {"store.disk_free_min_bytes": 0, "edge.frames_per_second": 0}
        server = self.server(data_dir=self.disk.folder / "data", settings=settings)
        ada = server.player("Ada")
        play = ada.connect()
        acknowledged = []
        self.disk.leave(2 * MIB)
        self.assertIsNone(self.play_until(play, acknowledged, lambda answer: False))
        self.assertEqual(server.wait(), 70)
        self.assertIn("the ledger could not be written; the process ends", server.log[-1])
        self.assertGreater(len(acknowledged), 100)

        self.disk.leave(40 * MIB)
        server.start()
        again = ada.connect()
        self.assertIn(again.n, (len(acknowledged) + 1, len(acknowledged) + 2))  # The one under way was decided, or not.
        for n, text in list(enumerate(acknowledged, 1))[-10:]:
            self.assertEqual(again.ask_text(again.spin_frame(n)), text)
        if again.n == len(acknowledged) + 2:
            acknowledged.append(again.ask_text(again.spin_frame(len(acknowledged) + 1)))
        self.assertEqual(again.balance()["available"], self.money(ada, acknowledged))
        self.assertIn("ok", again.spin())
        server.stop()
        verified = subprocess.run([VERIFY, "--json", str(server.data_dir)], capture_output=True, text=True)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)


def may_mount():
    """Whether this process may mount; if not, it becomes one that may (in a user namespace of its own)."""
    if os.environ.get("CROUPIER_MOUNTS") or subprocess.run(
            ["unshare", "-m", "true"], stdin=subprocess.DEVNULL, capture_output=True).returncode == 0:
        return True
    if subprocess.run(["unshare", "-rm", "true"], stdin=subprocess.DEVNULL, capture_output=True).returncode != 0:
        return False
    os.execvpe("unshare", ["unshare", "-rm", sys.executable, *sys.argv], {**os.environ, "CROUPIER_MOUNTS": "1"})


if __name__ == "__main__":
    if not may_mount():
        print("SKIPPED: neither root's rights nor a user namespace to mount a small disk in")
        sys.exit(77)
    harness.main()
