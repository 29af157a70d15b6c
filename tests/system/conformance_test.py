#!/usr/bin/python3
"""RFC 6455 against /ws/echo, which speaks through the very same edge as /ws. In the spirit of the Autobahn suite.

Each case is sent frame by frame, as one piece, and byte by byte; the server must not see a difference.
"""

import asyncio
import base64
import os
import pathlib
import struct
import subprocess

import harness
import wire
from wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, close_payload, frame

HERE = pathlib.Path(__file__).resolve().parent


def closing(*codes):
    return ("close", set(codes))


def close(code, reason=b""):
    return frame(CLOSE, close_payload(code, reason))


PROTOCOL_ERROR = closing(1002)
NOT_UTF8 = closing(1007)
TOO_LARGE = closing(1009)
MESSAGE_MAX = 16 * 1024  # edge.frame_max_bytes

# why, what is sent, what comes back. A list that does not end in a close leaves the connection open.
CASES = []


def case(why, sent, *expected):
    CASES.append((why, sent, list(expected)))


# Messages, in every form of length. -----------------------------------------------------------------------------------
for size in (0, 1, 2, 124, 125, 126, 127, 128, 255, 256, 1000, 4095, 4096, 4097, MESSAGE_MAX - 1, MESSAGE_MAX):
    case(f"text of {size} bytes", [frame(TEXT, b"a" * size)], ("text", b"a" * size))
    case(f"binary of {size} bytes", [frame(BINARY, b"\xfe" * size)], ("binary", b"\xfe" * size))
case("text one byte too large", [frame(TEXT, b"a" * (MESSAGE_MAX + 1))], TOO_LARGE)
case("text far too large", [frame(TEXT, b"a" * 70_000)], TOO_LARGE)
case("a length not in its shortest form, 16 bit", [frame(TEXT, b"a" * 125, length_bytes=2)], PROTOCOL_ERROR)
case("a length not in its shortest form, 64 bit", [frame(TEXT, b"a" * 125, length_bytes=8)], PROTOCOL_ERROR)
case("a 16 bit length in 64 bit", [frame(TEXT, b"a" * 1000, length_bytes=8)], PROTOCOL_ERROR)
case("an empty length not in its shortest form", [frame(TEXT, b"", length_bytes=2)], PROTOCOL_ERROR)
case("a length of 2^63", [bytes([0x81, 0xFF]) + struct.pack(">Q", 2**63) + b"\0\0\0\0"], closing(1002, 1009))
case("a length of 2^64 - 1", [bytes([0x81, 0xFF]) + b"\xff" * 8 + b"\0\0\0\0"], closing(1002, 1009))
case("two messages", [frame(TEXT, b"one"), frame(BINARY, b"two")], ("text", b"one"), ("binary", b"two"))
case("many messages", [frame(TEXT, str(i)) for i in range(100)], *[("text", str(i).encode()) for i in range(100)])

# Masks, reserved bits, opcodes. ----------------------------------------------------------------------------------------
case("text without mask", [frame(TEXT, b"hello", masked=False)], PROTOCOL_ERROR)
case("empty text without mask", [frame(TEXT, b"", masked=False)], PROTOCOL_ERROR)
case("ping without mask", [frame(PING, b"", masked=False)], PROTOCOL_ERROR)
case("close without mask", [frame(CLOSE, close_payload(1000), masked=False)], PROTOCOL_ERROR)
case("a mask of zero", [bytes([0x81, 0x85, 0, 0, 0, 0]) + b"hello"], ("text", b"hello"))
for rsv in range(1, 8):
    case(f"reserved bits {rsv} on text", [frame(TEXT, b"hello", rsv=rsv)], PROTOCOL_ERROR)
case("reserved bits on ping", [frame(PING, b"", rsv=4)], PROTOCOL_ERROR)
case("reserved bits on close", [frame(CLOSE, close_payload(1000), rsv=4)], PROTOCOL_ERROR)
case("reserved bits on a continuation", [frame(TEXT, b"a", fin=False), frame(CONTINUATION, b"b", rsv=4)],
     PROTOCOL_ERROR)
case("reserved bits after a good message", [frame(TEXT, b"good"), frame(TEXT, b"bad", rsv=2)],
     ("text", b"good"), PROTOCOL_ERROR)
for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
    case(f"opcode {opcode}", [frame(opcode, b"x")], PROTOCOL_ERROR)
    case(f"opcode {opcode} within fragments", [frame(TEXT, b"a", fin=False), frame(opcode, b"")], PROTOCOL_ERROR)

# Ping and pong. --------------------------------------------------------------------------------------------------------
for size in (0, 1, 124, 125):
    case(f"ping of {size} bytes", [frame(PING, b"\xff" * size)], ("pong", b"\xff" * size))
case("ping of 126 bytes", [frame(PING, b"x" * 126)], PROTOCOL_ERROR)
case("pong of 126 bytes", [frame(PONG, b"x" * 126)], PROTOCOL_ERROR)
case("close of 126 bytes", [frame(CLOSE, close_payload(1000, b"x" * 124))], PROTOCOL_ERROR)
case("a control frame's length not in its shortest form", [frame(PING, b"x", length_bytes=2)], PROTOCOL_ERROR)
case("a pong nobody asked for", [frame(PONG, b"here I am"), frame(TEXT, b"x")], ("text", b"x"))
case("ten pings", [frame(PING, bytes([i])) for i in range(10)], ("pings answered, the newest at least", b"\x09"))
case("a fragmented ping", [frame(PING, b"a", fin=False), frame(CONTINUATION, b"b")], PROTOCOL_ERROR)
case("a fragmented pong", [frame(PONG, b"a", fin=False)], PROTOCOL_ERROR)
case("a fragmented close", [frame(CLOSE, close_payload(1000), fin=False)], PROTOCOL_ERROR)

# Fragments. ------------------------------------------------------------------------------------------------------------
case("text in two", [frame(TEXT, b"hel", fin=False), frame(CONTINUATION, b"lo")], ("text", b"hello"))
case("binary in two", [frame(BINARY, b"\xff", fin=False), frame(CONTINUATION, b"\xfe")], ("binary", b"\xff\xfe"))
case("text in three empty pieces",
     [frame(TEXT, b"", fin=False), frame(CONTINUATION, b"", fin=False), frame(CONTINUATION, b"")], ("text", b""))
case("an empty piece on each side",
     [frame(TEXT, b"", fin=False), frame(CONTINUATION, b"x", fin=False), frame(CONTINUATION, b"")], ("text", b"x"))
case("text in pieces of one byte",
     [frame(TEXT, b"", fin=False)] + [frame(CONTINUATION, bytes([c]), fin=False) for c in b"hello world"]
     + [frame(CONTINUATION, b"")], ("text", b"hello world"))
case("a ping between pieces",
     [frame(TEXT, b"hel", fin=False), frame(PING, b"?"), frame(CONTINUATION, b"lo")], ("pong", b"?"), ("text", b"hello"))
case("pings and pongs between all pieces",
     [frame(TEXT, b"a", fin=False), frame(PONG), frame(PING, b"1"), frame(CONTINUATION, b"b", fin=False),
      frame(PONG, b"x"), frame(CONTINUATION, b"c")], ("pong", b"1"), ("text", b"abc"))
case("a close between pieces", [frame(TEXT, b"hel", fin=False), close(1000)], closing(1000))
case("a continuation of nothing", [frame(CONTINUATION, b"x")], PROTOCOL_ERROR)
case("a continuation of nothing, not the last", [frame(CONTINUATION, b"x", fin=False)], PROTOCOL_ERROR)
case("a continuation after a whole message", [frame(TEXT, b"a"), frame(CONTINUATION, b"b")],
     ("text", b"a"), PROTOCOL_ERROR)
case("text within text", [frame(TEXT, b"a", fin=False), frame(TEXT, b"b")], PROTOCOL_ERROR)
case("binary within text", [frame(TEXT, b"a", fin=False), frame(BINARY, b"b", fin=False)], PROTOCOL_ERROR)
case("pieces too large together", [frame(TEXT, b"a" * 9000, fin=False), frame(CONTINUATION, b"a" * 9000)], TOO_LARGE)

# UTF-8. ----------------------------------------------------------------------------------------------------------------
for why, text in (
        ("two bytes", "ä"), ("three bytes", "€"), ("four bytes", "😀"), ("the last code point", "\U0010ffff"),
        ("U+D7FF", "\ud7ff"), ("U+E000", "\ue000"), ("a noncharacter", "\ufffe\uffff\ufdd0"), ("U+0800", "\u0800"),
        ("U+10000", "\U00010000"), ("NUL", "\0"), ("Greek", "κόσμε"), ("a byte order mark", "\ufeffx")):
    data = text.encode()
    case(f"UTF-8: {why}", [frame(TEXT, data)], ("text", data))
    case(f"UTF-8: {why}, split at every byte",
         [frame(TEXT, b"", fin=False)] + [frame(CONTINUATION, data[i:i + 1], fin=False) for i in range(len(data))]
         + [frame(CONTINUATION, b"")], ("text", data))
    case(f"UTF-8: {why}, cut off", [frame(TEXT, data[:-1])] if len(data) > 1 and len(text) == 1 else
         [frame(TEXT, data + b"\xc3")], NOT_UTF8)
for why, data in (
        ("a lone continuation byte", b"\x80"), ("0xFF", b"\xff"), ("0xFE", b"\xfe"), ("overlong NUL", b"\xc0\x80"),
        ("overlong slash", b"\xc0\xaf"), ("overlong, three bytes", b"\xe0\x80\xaf"), ("overlong, C1", b"\xc1\xbf"),
        ("overlong, four bytes", b"\xf0\x80\x80\xaf"), ("overlong U+FFFF", b"\xf0\x8f\xbf\xbf"),
        ("the first surrogate", b"\xed\xa0\x80"), ("the last surrogate", b"\xed\xbf\xbf"),
        ("a surrogate pair", b"\xed\xa0\xbd\xed\xb8\x80"), ("beyond U+10FFFF", b"\xf4\x90\x80\x80"),
        ("five bytes", b"\xf8\x88\x80\x80\x80"), ("six bytes", b"\xfc\x84\x80\x80\x80\x80"),
        ("a start without its rest", b"\xe2\x82x"), ("a start after a start", b"\xc3\xc3\xa4"),
        ("Latin-1", "blå".encode("latin-1")), ("bad in the middle", b"good " + b"\xed\xa0\x80" + b" edited")):
    case(f"not UTF-8: {why}", [frame(TEXT, data)], NOT_UTF8)
    case(f"not UTF-8: {why}, as binary it is fine", [frame(BINARY, data)], ("binary", data))
    case(f"not UTF-8: {why}, in the second piece", [frame(TEXT, b"fine", fin=False), frame(CONTINUATION, data)], NOT_UTF8)
case("a code point split around a ping",
     [frame(TEXT, b"\xe2\x82", fin=False), frame(PING, b"\xff"), frame(CONTINUATION, b"\xac")],
     ("pong", b"\xff"), ("text", "€".encode()))
case("a code point whose rest never comes", [frame(TEXT, b"\xe2\x82", fin=False), frame(CONTINUATION, b"")], NOT_UTF8)

# Closing. --------------------------------------------------------------------------------------------------------------
case("close without code", [frame(CLOSE)], closing(1005, 1000))
case("close with half a code", [frame(CLOSE, b"\x03")], PROTOCOL_ERROR)
for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999):
    case(f"close with {code}", [close(code)], closing(code))
for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999):
    case(f"close with {code}, which nobody may send", [close(code)], PROTOCOL_ERROR)
for code in (5000, 65535):  # The RFC is silent on them.
    case(f"close with {code}", [close(code)], closing(code, 1002))
case("close with a reason", [close(1000, "good bye")], closing(1000))
case("close with the longest reason", [close(1000, b"x" * 123)], closing(1000))
case("close with a reason that is not UTF-8", [close(1000, b"\xce\xba\xe1\xbd\xb9\xcf\x83\xed\xa0\x80")],
     closing(1002, 1007))
case("two closes", [close(1000), close(1001)], closing(1000))
case("text after close", [close(1000), frame(TEXT, b"too late")], closing(1000))
case("ping after close", [close(1000), frame(PING, b"too late")], closing(1000))
case("text, then close", [frame(TEXT, b"last words"), close(1000)], ("text", b"last words"), closing(1000))


class Echo(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.casino = self.server("--test-endpoints")

    def open(self):
        return wire.WebSocket(self.casino.address, "/ws/echo", protocol="")

    def check(self, pieces, expected):
        """Sends, and compares all that comes back."""
        socket = self.open()
        try:
            for piece in pieces:
                socket.send(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # The server had seen enough; what it said is compared below.
        for kind, value in expected:
            if kind == "close":
                self.expect_close(socket, value)
                return
            if kind.startswith("pings answered"):
                while socket.read_event() != (PONG, value):
                    pass
                continue
            opcode = {"text": TEXT, "binary": BINARY, "pong": PONG}[kind]
            self.assertEqual(socket.read_event(), (opcode, value))
        socket.send_frame(PING, b"alive?")
        self.assertEqual(socket.read_event(), (PONG, b"alive?"))
        socket.close()

    def expect_close(self, socket, codes):
        try:
            opcode, payload = socket.read_event()
        except wire.Closed:
            self.fail("the stream ended without a close frame")
        self.assertEqual(opcode, CLOSE, payload)
        code = struct.unpack(">H", payload[:2])[0] if payload else 1005
        self.assertIn(code, codes)
        payload[2:].decode("utf-8")
        try:
            socket.send_frame(CLOSE, payload[:2])
        except OSError:
            pass
        # The stream ends, and in it nothing stands behind the close. A reset counts as an end.
        self.assertEqual(socket.rest(), b"")
        socket.close()

    def test_cases_frame_by_frame(self):
        for why, sent, expected in CASES:
            with self.subTest(why):
                self.check(sent, expected)
        self.casino.stop()

    def test_cases_in_one_piece(self):
        for why, sent, expected in CASES:
            with self.subTest(why):
                self.check([b"".join(sent)], expected)

    def test_cases_byte_by_byte(self):
        for why, sent, expected in CASES:
            data = b"".join(sent)
            if len(data) <= 300:
                with self.subTest(why):
                    self.check([data[i:i + 1] for i in range(len(data))], expected)

    def test_a_writer_of_one_byte_at_a_time_keeps_nobody_waiting(self):
        slow, other = self.open(), self.open()
        for index, byte in enumerate(frame(TEXT, b"slow and steady wins the race")):
            slow.send(bytes([byte]))
            other.send_text(str(index))
            self.assertEqual(other.read_event(), (TEXT, str(index).encode()))
        self.assertEqual(slow.read_event(), (TEXT, b"slow and steady wins the race"))

    def test_connections_that_just_break(self):
        for data in (b"", frame(TEXT, b"half")[:4], frame(TEXT, b"a", fin=False), b"\x81", b"\x81\xfe\xff"):
            with self.subTest(data):
                socket = self.open()
                socket.send(data)
                socket.close()
        self.check([frame(TEXT, b"still here")], [("text", b"still here")])
        self.casino.stop()

    def test_echo_is_there_only_when_asked_for(self):
        server = self.server()
        with self.assertRaises(wire.Refused) as refused:
            wire.WebSocket(server.address, "/ws/echo", protocol="")
        self.assertEqual(refused.exception.response.status, 404)


def upgrade(**changes):
    """The lines of a good handshake; a change names a header (underscores for hyphens), None takes it out."""
    headers = {"Host": "localhost", "Upgrade": "websocket", "Connection": "Upgrade",
               "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(), "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Protocol": "croupier.v1"}
    first = changes.pop("first", "GET /ws HTTP/1.1")
    for name, value in changes.items():
        headers[name.replace("_", "-")] = value
    lines = [first] + [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join(lines + ["", ""]).encode()


KEY = base64.b64encode(bytes(16)).decode()

HANDSHAKES = [
    # why                          request                                                                 status
    ("a good one",                 upgrade(),                                                              {101}),
    ("names in lower case",        upgrade().replace(b"Sec-WebSocket", b"sec-websocket").replace(b"Upgrade:", b"upgrade:"),
                                                                                                           {101}),
    ("names in upper case",        upgrade().replace(b"Sec-WebSocket-Key", b"SEC-WEBSOCKET-KEY"),          {101}),
    ("values in other case",       upgrade(Upgrade="WebSocket", Connection="upgrade"),                     {101}),
    ("Connection is a list",       upgrade(Connection="keep-alive, Upgrade"),                              {101}),
    ("spaces around values",       upgrade(Upgrade="  websocket  "),                                       {101}),
    ("a protocol among others",    upgrade(Sec_WebSocket_Protocol="soap, croupier.v1,x"),                  {101}),
    ("an extension offered",       upgrade(Sec_WebSocket_Extensions="permessage-deflate"),                 {101}),
    ("a cookie and a query",       upgrade(first="GET /ws?x=1 HTTP/1.1", Cookie="a=b"),                    {101, 400}),
    ("no key",                     upgrade(Sec_WebSocket_Key=None),                                        {400}),
    ("an empty key",               upgrade(Sec_WebSocket_Key=""),                                          {400}),
    ("a key of 15 bytes",          upgrade(Sec_WebSocket_Key=base64.b64encode(bytes(15)).decode()),        {400}),
    ("a key of 17 bytes",          upgrade(Sec_WebSocket_Key=base64.b64encode(bytes(17)).decode()),        {400}),
    ("a key not in base64",        upgrade(Sec_WebSocket_Key="!" * 22 + "=="),                             {400}),
    ("two keys",                   upgrade().replace(b"Host:", f"Sec-WebSocket-Key: {KEY}\r\nHost:".encode()), {400}),
    ("no version",                 upgrade(Sec_WebSocket_Version=None),                                    {400, 426}),
    ("version 12",                 upgrade(Sec_WebSocket_Version="12"),                                    {426}),
    ("version 14",                 upgrade(Sec_WebSocket_Version="14"),                                    {426}),
    ("version no number",          upgrade(Sec_WebSocket_Version="x"),                                     {400, 426}),
    ("no Upgrade",                 upgrade(Upgrade=None),                                                  {400, 426}),
    ("Upgrade to something else",  upgrade(Upgrade="h2c"),                                                 {400, 426}),
    ("no Connection",              upgrade(Connection=None),                                               {400, 426}),
    ("Connection: close",          upgrade(Connection="close"),                                            {400, 426}),
    ("no protocol",                upgrade(Sec_WebSocket_Protocol=None),                                   {400}),
    ("another protocol",           upgrade(Sec_WebSocket_Protocol="croupier.v2"),                          {400}),
    ("a protocol in other case",   upgrade(Sec_WebSocket_Protocol="Croupier.V1"),                          {400}),
    ("POST",                       upgrade(first="POST /ws HTTP/1.1", Content_Length="0"),                 {400, 405, 426}),
    ("HEAD",                       upgrade(first="HEAD /ws HTTP/1.1"),                                     {400, 405, 426}),
    ("HTTP/1.0",                   upgrade(first="GET /ws HTTP/1.0"),                                      {400, 426, 505}),
    ("HTTP/2.0",                   upgrade(first="GET /ws HTTP/2.0"),                                      {400, 426, 505}),
    ("no Host",                    upgrade(Host=None),                                                     {400}),
    ("a folded header",            upgrade(X_Folded="a\r\n b"),                                            {101, 400}),
    ("a header without colon",     upgrade().replace(b"Host:", b"Nonsense\r\nHost:"),                      {400}),
    ("a space before the colon",   upgrade().replace(b"Host:", b"Host :"),                                 {400}),
    ("NUL in a header",            upgrade(X_Nul="a\0b"),                                                  {400}),
    ("bare line feeds",            upgrade().replace(b"\r\n", b"\n"),                                      {101, 400}),
    ("headers too large",          upgrade(X_Large="x" * 20_000),                                          {400, 431}),
    ("too many headers",           upgrade(**{f"X-{i}": "y" for i in range(2000)}),                        {101, 400, 431}),
    ("a body",                     upgrade(Content_Length="5") + b"hello",                                 {400}),
    ("another path",               upgrade(first="GET /nowhere HTTP/1.1"),                                 {404}),
    ("a path below",               upgrade(first="GET /ws/ HTTP/1.1"),                                     {404}),
    ("an origin of another site",  upgrade(Origin="https://evil.example"),                                 {403}),
    ("a null origin",              upgrade(Origin="null"),                                                 {403}),
    ("the own origin",             upgrade(Origin="http://localhost"),                                     {101}),
    ("the own host, another port", upgrade(Origin="http://localhost:1"),                                   {403}),
    ("the own name as a prefix",   upgrade(Origin="http://localhost.evil.example"),                        {403}),
    ("not HTTP at all",            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n",           {400, None}),
    ("garbage",                    b"hello\r\n\r\n",                                                       {400, None}),
    ("nothing",                    b"\r\n\r\n",                                                            {400, None}),
    ("a method of garbage",        upgrade(first="G\x01T /ws HTTP/1.1"),                                   {400}),
]


class Handshake(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.casino = self.server()
        self.neighbour = self.casino.player("Neighbour").connect()

    def answer(self, pieces):
        stream = wire.Stream(self.casino.address)
        try:
            for piece in pieces:
                stream.send(piece)
            return stream, stream.response()
        except (wire.Closed, OSError):
            return stream, None

    def test_each_variant(self):
        for why, request, statuses in HANDSHAKES:
            with self.subTest(why):
                stream, response = self.answer([request])
                self.assertIn(response and response.status, statuses, response)
                if response is not None and response.status == 426:
                    self.assertTrue({"upgrade", "sec-websocket-version"} & set(response.headers))
                if response is not None and response.status == 101:
                    self.assertEqual(response.headers["sec-websocket-protocol"], "croupier.v1")
                    self.assertNotIn("sec-websocket-extensions", response.headers)
                    self.assertEqual(response.headers["upgrade"].lower(), "websocket")
                elif response is not None:
                    self.assertEqual(response.headers.get("content-type"), "application/problem+json")
                stream.close()
                self.neighbour.ping()

    def test_the_accept_is_that_of_the_key(self):
        _, response = self.answer([upgrade(Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==")])
        self.assertEqual(response.headers["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")  # RFC 6455, 1.3

    def test_byte_by_byte(self):
        request = upgrade()
        _, response = self.answer([request[i:i + 1] for i in range(len(request))])
        self.assertEqual(response.status, 101)

    def test_an_allowed_origin(self):
        self.casino = self.server(settings={"edge.origins": '["https://play.example"]'})
        for origin, status in (("https://play.example", 101), ("http://play.example", 403), ("https://evil.example", 403)):
            with self.subTest(origin):
                self.assertEqual(self.answer([upgrade(Origin=origin)])[1].status, status)

    def test_a_half_request_is_cut_in_time(self):
        self.casino = self.server(settings={"edge.request_timeout_ms": 300})
        stream, response = self.answer([upgrade()[:-4]])
        self.assertIn(response and response.status, (None, 408))
        self.assertEqual(stream.rest(), b"")

    def test_frames_before_the_handshake_are_no_frames(self):
        _, response = self.answer([upgrade() + frame(TEXT, b'{"q":1,"op":"ping"}')])
        self.assertIn(response.status, (400, 101))


class Interop(harness.SystemTest):
    """Other people's clients."""

    def setUp(self):
        super().setUp()
        self.casino = self.server("--test-endpoints")
        self.ada = self.casino.player("Ada")

    def test_python_websockets(self):
        import websockets

        async def talk():
            url = "ws://%s:%d" % self.casino.address
            async with websockets.connect(url + "/ws/echo", max_size=None) as echo:
                for message in ("", "hello", "€😀", "x" * 16_000, b"", b"\x00\xff" * 8_000):
                    await echo.send(message)
                    self.assertEqual(await echo.recv(), message)
                await echo.send(iter(["in ", "three ", "pieces"]))
                self.assertEqual(await echo.recv(), "in three pieces")
                await (await echo.ping(b"are you there?"))
            self.assertEqual(echo.close_code, 1000)
            async with websockets.connect(url + "/ws", subprotocols=["croupier.v1"]) as play:
                self.assertEqual(play.subprotocol, "croupier.v1")
                await play.send('{"q":1,"op":"hello","token":"%s"}' % self.ada.token)
                self.assertIn('"last_n":0', await play.recv())
            with self.assertRaises(websockets.exceptions.InvalidStatusCode):
                await websockets.connect(url + "/ws", subprotocols=["chat"])

        asyncio.run(asyncio.wait_for(talk(), harness.TIMEOUT))

    def test_npm_ws(self):
        packages = os.environ.get("CROUPIER_NPM")
        self.assertTrue(packages, "CROUPIER_NPM names the folder with node_modules (tests/protocol/npm_ci.sh)")
        result = subprocess.run(["node", str(HERE / "ws_client.mjs"), packages, "ws://%s:%d" % self.casino.address,
                                 self.ada.token], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                timeout=harness.TIMEOUT)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("all as expected", result.stdout)


if __name__ == "__main__":
    harness.main()
