#!/usr/bin/python3
"""croupier-rng-kat against NIST's own vectors, and against HMAC_DRBG and Hash_DRBG written out here from SP 800-90A rev. 1,
sections 10.1.1 and 10.1.2: so a wrong answer of the tool, of OpenSSL or of this page would show."""

import hashlib
import hmac
import os
import pathlib
import random
import subprocess
import tempfile
import unittest

KAT = os.environ["CROUPIER_RNG_KAT"]
HERE = pathlib.Path(__file__).parent
# Name in CAVP's files, hashlib's name, security strength in bits, seed length of Hash_DRBG in bits.
DIGESTS = [("SHA-1", "sha1", 128, 440), ("SHA-224", "sha224", 192, 440), ("SHA-256", "sha256", 256, 440), ("SHA-384", "sha384", 256, 888),
           ("SHA-512", "sha512", 256, 888), ("SHA-512/256", "sha512_256", 256, 440)]


class HmacDrbg:
    def __init__(self, digest, _seedlen, entropy, nonce, personalization):
        self.digest = digest
        size = hashlib.new(digest).digest_size
        self.key, self.v = b"\x00" * size, b"\x01" * size
        self.update(entropy + nonce + personalization)

    def mac(self, data):
        return hmac.new(self.key, data, self.digest).digest()

    def update(self, data):
        for octet in (b"\x00", b"\x01") if data else (b"\x00",):
            self.key = self.mac(self.v + octet + data)
            self.v = self.mac(self.v)

    def reseed(self, entropy, additional):
        self.update(entropy + additional)

    def generate(self, size, additional):
        if additional:
            self.update(additional)
        out = b""
        while len(out) < size:
            self.v = self.mac(self.v)
            out += self.v
        self.update(additional)
        return out[:size]


class HashDrbg:
    def __init__(self, digest, seedlen, entropy, nonce, personalization):
        self.digest, self.seedlen = digest, seedlen // 8
        self.seed(self.df(entropy + nonce + personalization))

    def hash(self, data):
        return hashlib.new(self.digest, data).digest()

    def df(self, data):
        out, counter = b"", 1
        while len(out) < self.seedlen:
            out += self.hash(bytes([counter]) + (self.seedlen * 8).to_bytes(4, "big") + data)
            counter += 1
        return out[:self.seedlen]

    def seed(self, v):
        self.v, self.c, self.counter = v, self.df(b"\x00" + v), 1

    def add(self, *numbers):
        total = int.from_bytes(self.v, "big") + sum(int.from_bytes(number, "big") for number in numbers)
        self.v = (total % (1 << (8 * self.seedlen))).to_bytes(self.seedlen, "big")

    def reseed(self, entropy, additional):
        self.seed(self.df(b"\x01" + self.v + entropy + additional))

    def generate(self, size, additional):
        if additional:
            self.add(self.hash(b"\x02" + self.v + additional))
        out, data = b"", int.from_bytes(self.v, "big")
        while len(out) < size:
            out += self.hash(data.to_bytes(self.seedlen, "big"))
            data = (data + 1) % (1 << (8 * self.seedlen))
        self.add(self.hash(b"\x03" + self.v), self.c, self.counter.to_bytes(8, "big"))
        self.counter += 1
        return out[:size]


def section(rng, mechanism, digest, flow, personalized, additional, count=3):
    """A section of a .rsp file, answered by the generators above."""
    name, python, strength, seedlen = digest
    entropy_len, nonce_len = strength // 8, strength // 16
    pers_len, add_len = (entropy_len if personalized else 0), (entropy_len if additional else 0)
    size = 4 * hashlib.new(python).digest_size
    lines = [f"[{name}]", f"[PredictionResistance = {flow == 'resistant'}]", f"[EntropyInputLen = {entropy_len * 8}]",
             f"[NonceLen = {nonce_len * 8}]", f"[PersonalizationStringLen = {pers_len * 8}]", f"[AdditionalInputLen = {add_len * 8}]",
             f"[ReturnedBitsLen = {size * 8}]", ""]
    for i in range(count):
        entropy, nonce, pers = rng.randbytes(entropy_len), rng.randbytes(nonce_len), rng.randbytes(pers_len)
        drbg = mechanism(python, seedlen, entropy, nonce, pers)
        lines += [f"COUNT = {i}", f"EntropyInput = {entropy.hex()}", f"Nonce = {nonce.hex()}", f"PersonalizationString = {pers.hex()}"]
        if flow == "reseeded":
            fresh, adin = rng.randbytes(entropy_len), rng.randbytes(add_len)
            drbg.reseed(fresh, adin)
            lines += [f"EntropyInputReseed = {fresh.hex()}", f"AdditionalInputReseed = {adin.hex()}"]
        for _ in range(2):
            adin = rng.randbytes(add_len)
            lines.append(f"AdditionalInput = {adin.hex()}")
            if flow == "resistant":
                fresh = rng.randbytes(entropy_len)
                lines.append(f"EntropyInputPR = {fresh.hex()}")
                drbg.reseed(fresh, adin)
                adin = b""
            out = drbg.generate(size, adin)
        lines += [f"ReturnedBits = {out.hex()}", ""]
    return lines


class KnownAnswers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def kat(self, *files):
        return subprocess.run([KAT, *map(str, files)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)

    def file(self, text, name="HMAC_DRBG.rsp"):
        path = pathlib.Path(self.folder.name) / name
        path.write_bytes(text.encode())
        return path

    def whole(self, mechanism):
        rng = random.Random(5)
        lines = []
        for digest in DIGESTS:
            if digest[1] not in hashlib.algorithms_available:
                continue
            for flow in ("plain", "reseeded", "resistant"):
                for personalized, additional in ((False, False), (True, False), (False, True), (True, True)):
                    lines += section(rng, mechanism, digest, flow, personalized, additional)
        return lines

    def test_nists_vectors_give_nists_answers(self):
        done = self.kat(HERE / "vectors/nist.rsp")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("6 passed, 0 failed, 0 not tried", done.stdout)

    def test_every_flow_of_hmac_and_hash_agrees_with_the_standard_written_out(self):
        for mechanism, name in ((HmacDrbg, "HMAC_DRBG.rsp"), (HashDrbg, "Hash_DRBG.rsp")):
            lines = self.whole(mechanism)
            count = sum(line.startswith("COUNT") for line in lines)
            self.assertGreaterEqual(count, 5 * 12 * 3)
            done = self.kat(self.file("\n".join(lines), name))
            self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr)
            self.assertIn(f"\n{count} passed, 0 failed, 0 not tried", done.stdout)

    def test_the_mechanism_may_stand_in_a_comment_instead_of_the_name(self):
        lines = ["# CAVS 14.3", "# Hash_DRBG options: SHA-256"] + section(random.Random(6), HashDrbg, DIGESTS[2], "plain", True, True)
        self.assertEqual(self.kat(self.file("\r\n".join(lines).upper().replace("FALSE", "False").replace("COUNT", "COUNT"), "x.rsp")).returncode, 2)
        self.assertEqual(self.kat(self.file("\r\n".join(lines), "x.rsp")).returncode, 0)

    def test_one_bit_that_differs_fails_and_is_named(self):
        lines = self.whole(HmacDrbg)
        for i, name in ((30, "EntropyInput"), (31, "Nonce"), (35, "ReturnedBits")):
            at = next(k for k in range(i, len(lines)) if lines[k].startswith(name + " = "))
            key, value = lines[at].split(" = ")
            changed = lines[:at] + [f"{key} = {int(value[0], 16) ^ 1:x}{value[1:]}"] + lines[at + 1:]
            done = self.kat(self.file("\n".join(changed)))
            self.assertEqual(done.returncode, 1)
            self.assertIn(", 1 failed, 0 not tried", done.stdout)
            self.assertIn("COUNT", done.stdout)
            self.assertIn("expected", done.stdout)

    def test_what_is_no_vector_file_is_refused_with_its_line(self):
        good = section(random.Random(7), HmacDrbg, DIGESTS[2], "reseeded", False, False, count=1)
        for at, line, why in ((0, "[SHA-256", "bracket"), (0, "[GOST]", "unknown algorithm"), (1, "[PredictionResistance = Maybe]", "neither True nor False"),
                              (2, "[EntropyInputLen = 255]", "whole number"), (3, "[NonceLen = 64]", "header says"), (8, "Count: 0", "neither"),
                              (9, "EntropyInput = xy", "hexadecimal"), (10, "Salt = 00", "unknown value"), (len(good) - 2, "", "ReturnedBits")):
            with self.subTest(line):
                done = self.kat(self.file("\n".join(good[:at] + [line] + good[at + 1:])))
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertIn(why, done.stderr)
                self.assertRegex(done.stderr, r"HMAC_DRBG\.rsp:\d+: ")
        self.assertEqual(self.kat("/no/such/file").returncode, 2)
        self.assertEqual(self.kat(self.file("# nothing\n")).returncode, 2)
        self.assertEqual(self.kat().returncode, 2)

    def test_what_openssl_does_not_offer_is_told_and_not_counted_as_passed(self):
        lines = section(random.Random(8), HmacDrbg, DIGESTS[2], "plain", False, False, count=1)
        lines[0] = "[3KeyTDEA use df]"
        done = self.kat(self.file("\n".join(lines)))
        self.assertEqual(done.returncode, 2)
        self.assertIn("0 passed, 0 failed, 1 not tried", done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
