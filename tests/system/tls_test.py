#!/usr/bin/python3
"""HTTPS and WSS on the real server, with certificates made here; and what a listener with TLS refuses."""

import http.client
import ssl
import subprocess

import harness
import wire


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=harness.TIMEOUT)


class Tls(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.certificate = self.folder / "certificate.pem"
        self.key = self.folder / "key.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-keyout", self.key, "-out", self.certificate)

    def files(self, key=None):
        return {"edge.tls_certificate": self.certificate, "edge.tls_key": key or self.key}

    def secure_server(self, **options):
        return self.server(settings=self.files(), tls=ssl.create_default_context(cafile=self.certificate), **options)

    def test_a_player_plays_over_https_and_wss(self):
        server = self.secure_server()
        self.assertIn(f"listening on https://127.0.0.1:{server.address[1]}", server.output)
        ada = server.player("Ada")
        play = ada.connect()
        self.assertIn(play.socket.version(), ("TLSv1.2", "TLSv1.3"))
        answer = play.spin()["ok"]
        self.assertEqual(play.balance(), answer["balance"])
        self.assertEqual(ada.get("/api/v1/me").json["balance"], answer["balance"])
        self.assertEqual(play.leave(), 1000)
        server.stop()

    def test_a_listener_for_everybody_is_allowed_with_tls(self):
        server = self.secure_server(listen="0.0.0.0:0")
        server.address = ("127.0.0.1", server.address[1])
        self.assertEqual(server.get("/api/v1/games").status, 200)

    def test_plain_http_is_refused_and_harms_nobody(self):
        server = self.secure_server()
        for request in (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                        wire.handshake_request(server.address, "/ws")):
            plain = wire.Stream(server.address)
            plain.send(request)
            told = plain.rest()  # At most an alert of TLS; the connection ends.
            self.assertNotIn(b"HTTP/", told)
            self.assertLessEqual(len(told), 7)
        self.assertEqual(server.get("/healthz").status, 200)
        server.stop()

    def test_versions_below_1_2_are_refused(self):
        server = self.secure_server()
        for version, taken in ((ssl.TLSVersion.TLSv1, False), (ssl.TLSVersion.TLSv1_1, False),
                               (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)):
            with self.subTest(version):
                context = ssl.create_default_context(cafile=self.certificate)
                context.set_ciphers("ALL:@SECLEVEL=0")  # So that the old versions are offered at all.
                context.minimum_version = context.maximum_version = version
                connection = http.client.HTTPSConnection(*server.address, timeout=harness.TIMEOUT, context=context)
                if taken:
                    connection.request("GET", "/healthz")
                    self.assertEqual(connection.getresponse().status, 200)
                else:
                    with self.assertRaisesRegex(ssl.SSLError, "(?i)protocol.version"):  # The alert of the server.
                        connection.connect()
                connection.close()

    def test_files_that_cannot_be_used_are_said_in_one_sentence(self):
        others, rsa, junk = (self.folder / name for name in ("others.pem", "rsa.pem", "junk.pem"))
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", others)
        openssl("genrsa", "-out", rsa, "2048")
        junk.write_text("nonsense\n")
        for key, says in ((others, f"{others}: is not the key of {self.certificate}"),
                          (rsa, f"{rsa}: is not the key of {self.certificate}"),
                          (junk, f"{junk}: cannot be used as the private key: "),
                          (self.folder / "none.pem", "none.pem: cannot be used as the private key: No such file")):
            with self.subTest(key.name):
                settings = [word for name, value in self.files(key).items() for word in ("--set", f"{name}={value}")]
                result = harness.run("serve", "--demo", "--data-dir", self.folder / "data", "--listen", "127.0.0.1:0",
                                     "--set", "log.format=json", *settings, check=False)
                self.assertEqual((result.returncode, result.stdout), (1, ""))
                told = [line for line in result.stderr.splitlines() if not line.startswith("{")]  # Beside the log.
                self.assertEqual(len(told), 1, result.stderr)
                self.assertTrue(told[0].startswith("croupier: "), told)
                self.assertIn(says, told[0])


if __name__ == "__main__":
    harness.main()
