"""A WebSocket client (RFC 6455) that can also do everything wrong: frames are made and read byte by byte.

Blocking sockets, one thread. Every wait has a time-out, generous because sanitizer builds on a busy machine are slow.
"""

import base64
import collections
import hashlib
import os
import socket
import struct
import time

TIMEOUT = float(os.environ.get("CROUPIER_TEST_TIMEOUT", "60"))

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

Frame = collections.namedtuple("Frame", "fin rsv opcode payload")
Response = collections.namedtuple("Response", "status headers body")


class Closed(Exception):
    """The peer closed: code and reason of its close frame; code None if the stream just ended."""

    def __init__(self, code, reason=""):
        super().__init__(f"closed: {code} {reason}")
        self.code = code
        self.reason = reason


class Refused(Exception):
    """The handshake was answered by something else than 101."""

    def __init__(self, response):
        super().__init__(f"refused: {response.status} {response.body[:200]!r}")
        self.response = response


def mask(payload, key):
    size = len(payload)
    repeated = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")


def frame(opcode, payload=b"", fin=True, rsv=0, masked=True, length_bytes=None):
    """The bytes of one frame. length_bytes: 0, 2 or 8 forces that form of the length, minimal or not."""
    if isinstance(payload, str):
        payload = payload.encode()
    size = len(payload)
    if length_bytes is None:
        length_bytes = 0 if size < 126 else 2 if size < 65536 else 8
    bit = 0x80 if masked else 0
    head = bytes([(0x80 if fin else 0) | (rsv << 4) | opcode])
    head += {0: lambda: bytes([bit | size]), 2: lambda: bytes([bit | 126]) + struct.pack(">H", size),
             8: lambda: bytes([bit | 127]) + struct.pack(">Q", size)}[length_bytes]()
    if not masked:
        return head + payload
    key = os.urandom(4)
    return head + key + mask(payload, key)


def close_payload(code, reason=b""):
    return struct.pack(">H", code) + (reason.encode() if isinstance(reason, str) else reason)


class Stream:
    """A TCP connection, with TLS if there is an ssl.SSLContext, that reads exactly, with a deadline for each read."""

    def __init__(self, address, timeout=None, tls=None):
        self.socket = socket.create_connection(address, timeout or TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_hostname=address[0])
        self.buffer = b""

    def send(self, data):
        self.socket.sendall(data)

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            data = b""
        if not data:
            raise Closed(None, "the stream ended")
        self.buffer += data

    def exactly(self, size):
        while len(self.buffer) < size:
            self._more()
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def until(self, mark):
        while mark not in self.buffer:
            self._more()
        end = self.buffer.index(mark) + len(mark)
        data, self.buffer = self.buffer[:end], self.buffer[end:]
        return data

    def response(self):
        """One HTTP response; its body by Content-Length, or up to the end of the stream."""
        lines = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        headers = {}
        for line in lines[1:]:
            if line:
                name, value = line.split(":", 1)
                headers[name.strip().lower()] = value.strip()
        body = b""
        if "content-length" in headers:
            body = self.exactly(int(headers["content-length"]))
        elif status != 101 and status != 204:
            body = self.rest()
        return Response(status, headers, body)

    def rest(self):
        """Everything up to the end of the stream."""
        try:
            while True:
                self._more()
        except Closed:
            data, self.buffer = self.buffer, b""
            return data

    def silent_for(self, seconds):
        """True if nothing arrives for so long. Looks, and does not take what arrived."""
        if self.buffer:
            return False
        self.socket.settimeout(seconds)
        try:
            self._more()
            return False
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(TIMEOUT)

    def close(self):
        self.socket.close()


def handshake_request(address, path, protocol="croupier.v1", headers=(), key=None):
    key = key or base64.b64encode(os.urandom(16)).decode()
    lines = [f"GET {path} HTTP/1.1", f"Host: {address[0]}:{address[1]}", "Upgrade: websocket", "Connection: Upgrade",
             f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
    if protocol:
        lines.append(f"Sec-WebSocket-Protocol: {protocol}")
    return "\r\n".join(lines + list(headers) + ["", ""]).encode()


def accept_of(key):
    return base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()


class WebSocket(Stream):
    """An open WebSocket. Raises Refused when the server does not upgrade."""

    def __init__(self, address, path="/ws", protocol="croupier.v1", headers=(), timeout=None, tls=None):
        super().__init__(address, timeout, tls)
        key = base64.b64encode(os.urandom(16)).decode()
        self.send(handshake_request(address, path, protocol, headers, key))
        response = self.response()
        if response.status != 101:
            self.close()
            raise Refused(response)
        assert response.headers["sec-websocket-accept"] == accept_of(key), response
        assert response.headers.get("sec-websocket-protocol", "") == protocol, response
        self.handshake = response

    def send_frame(self, opcode, payload=b"", **kind):
        self.send(frame(opcode, payload, **kind))

    def send_text(self, text):
        self.send_frame(TEXT, text)

    def read_frame(self):
        first, second = self.exactly(2)
        assert not second & 0x80, "a server must not mask"
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", self.exactly(2))
            assert size >= 126, "a length not in its shortest form"
        elif size == 127:
            (size,) = struct.unpack(">Q", self.exactly(8))
            assert size >= 65536, "a length not in its shortest form"
        return Frame(bool(first & 0x80), (first >> 4) & 7, first & 15, self.exactly(size))

    def read_event(self):
        """The next message, pong, ping or close: (opcode, payload). Messages are put together; pings are answered."""
        parts, kind = [], None
        while True:
            got = self.read_frame()
            assert got.rsv == 0, "no extension was agreed"
            if got.opcode >= 8:
                assert got.fin and len(got.payload) <= 125, "a control frame is whole and short"
                if got.opcode == PING:
                    self.send_frame(PONG, got.payload)
                return got.opcode, got.payload
            assert (got.opcode == CONTINUATION) == (kind is not None), "fragments out of order"
            kind = kind or got.opcode
            parts.append(got.payload)
            if got.fin:
                return kind, b"".join(parts)

    def read_text(self):
        """The next text message. Raises Closed, having answered the close. Pings alone do not count as progress."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            opcode, payload = self.read_event()
            assert time.monotonic() < deadline, "nothing but pings comes"
            if opcode == TEXT:
                return payload.decode("utf-8")
            if opcode == CLOSE:
                code = struct.unpack(">H", payload[:2])[0] if payload else 1005
                try:
                    self.send_frame(CLOSE, payload[:2])
                except OSError:
                    pass  # The server may be gone already.
                self.close()
                raise Closed(code, payload[2:].decode("utf-8"))
            assert opcode in (PING, PONG), f"unexpected opcode {opcode}"

    def close_code(self):
        """Reads up to the close; its code, or None if the stream just ended."""
        deadline = time.monotonic() + TIMEOUT
        try:
            while True:
                self.read_text()
                assert time.monotonic() < deadline, "the server does not close"
        except Closed as closed:
            return closed.code

    def leave(self, code=1000):
        """Closes as one should, and waits for the server's close."""
        self.send_frame(CLOSE, close_payload(code))
        return self.close_code()


def eventually(look, what, timeout=None):
    """Looks again and again until the answer is true, and returns it."""
    deadline = time.monotonic() + (timeout or TIMEOUT)
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"never came true: {what}")
        time.sleep(0.01)
