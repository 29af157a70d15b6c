#!/usr/bin/python3
"""croupier-verify over what the real server leaves behind: stopped, backed up, killed in mid-play, and tampered with."""

import json
import os
import shutil
import subprocess

import harness

VERIFY = os.environ.get("CROUPIER_VERIFY", "")


class Verify(harness.SystemTest):
    def verify(self, directory, status):
        result = subprocess.run([VERIFY, "--json", str(directory)], stdin=subprocess.DEVNULL, capture_output=True,
                                text=True, timeout=harness.TIMEOUT * 2)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return json.loads(result.stdout) if result.stdout else result.stderr

    def play(self, server, name, spins=30):
        play = server.player(name).connect()
        for _ in range(spins):
            play.spin()
        play.bet({"kind": "straight", "numbers": [17], "stake": 100}, {"kind": "red", "stake": 50})
        return spins + 1

    def files(self, directory):
        return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in directory.iterdir() if path.is_file()}

    def test_a_stopped_casino_and_its_backup(self):
        server = self.server()
        rounds = self.play(server, "Ada")
        self.assertIn("a running server has it open", self.verify(server.data_dir, 2))
        backup = self.folder / "backup"
        harness.run("backup", backup, "--data-dir", server.data_dir)
        self.assertEqual(self.verify(backup, 0)["rounds"], rounds)
        server.stop()
        report = self.verify(server.data_dir, 0)
        self.assertEqual((report["rounds"], report["rounds_not_played_again"], report["views"]), (rounds, 0, "agrees"))

    def test_one_that_was_killed_is_read_with_its_log_and_not_touched(self):
        server = self.server()
        rounds = self.play(server, "Ada", 200)
        server.kill()
        before = self.files(server.data_dir)
        report = self.verify(server.data_dir, 0)
        self.assertEqual(report["rounds"], rounds)
        self.assertEqual(self.files(server.data_dir), before)

    def test_a_flipped_byte_is_found(self):
        server = self.server()
        self.play(server, "Ada")
        server.stop()
        whole = (server.data_dir / "ledger.db").read_bytes()
        marker = whole.index(b"lucky-lines")
        for at in (marker, marker + 40):  # Inside a fact's bytes.
            copy = self.folder / f"copy-{at}"
            shutil.copytree(server.data_dir, copy, ignore=shutil.ignore_patterns("*.sock"))
            (copy / "ledger.db").write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
            report = self.verify(copy, 1)
            self.assertRegex(report["problems"][0], r"^seq \d+: ")


if __name__ == "__main__":
    harness.main()
