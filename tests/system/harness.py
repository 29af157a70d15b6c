"""Starts the real server for the system tests, and talks to it over real sockets.

Every HTTP answer and every WebSocket frame that passes through here is held against docs/protocol.
"""

import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "protocol"))
import contract  # noqa: E402
import wire  # noqa: E402
from wire import Closed, Refused, TIMEOUT, eventually  # noqa: E402,F401

BINARY = os.environ.get("CROUPIER_BIN", "")
CONTRACT = contract.Contract()

SLOT = "lucky-lines"
ROULETTE = "european-roulette"


def run(*arguments, check=True, text_in="", **options):
    """Runs `croupier ARGUMENTS…` to its end."""
    result = subprocess.run([BINARY, *map(str, arguments)], input=text_in, capture_output=True, text=True,
                            timeout=TIMEOUT * 2, **options)
    if check and result.returncode != 0:
        raise AssertionError(f"croupier {' '.join(map(str, arguments))}: exit {result.returncode}\n"
                             f"{result.stdout}\n{result.stderr}")
    return result


class Answer:
    """An HTTP answer."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


class Server:
    """The server's process. All that it ever wrote stays in `output` and `log`, also over restarts."""

    def __init__(self, data_dir, *arguments, settings=None, demo=True, environment=None, listen="127.0.0.1:0",
                 tls=None):
        self.tls = tls  # An ssl.SSLContext: the server was given a certificate.
        self.data_dir = pathlib.Path(data_dir)
        self.arguments = [BINARY, "serve", "--data-dir", str(data_dir), "--listen", listen, *arguments]
        if demo:
            self.arguments.append("--demo")
        # Unless a test is about the rate, none of them should meet it.
        for key, value in {"edge.frames_per_second": 0, **(settings or {})}.items():
            self.arguments += ["--set", f"{key}={value}"]
        self.environment = environment or {}
        self.process = None
        self.address = None
        self.output = []
        self.log = []
        self.secrets = set()  # What must never stand in a log: nicknames and tokens.

    def launch(self):
        """Starts, and does not wait until it listens."""
        self.listening = listening = threading.Event()
        self.address = None
        self.process = subprocess.Popen(self.arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env={**os.environ, **self.environment})

        def read(stream, lines):
            for line in stream:
                text = line.decode("utf-8", "replace").rstrip("\n")
                lines.append(text)
                if text.startswith("listening on "):
                    host, port = text.split()[2].split("//")[1].rsplit(":", 1)
                    self.address = (host.strip("[]"), int(port))
                    listening.set()
            if stream is self.process.stdout:
                listening.set()  # It ended.

        self.readers = [threading.Thread(target=read, args=pair, daemon=True)
                        for pair in ((self.process.stdout, self.output), (self.process.stderr, self.log))]
        for reader in self.readers:
            reader.start()

    def start(self):
        """Starts, and returns when it listens."""
        self.launch()
        ended_or_listens = self.listening.wait(TIMEOUT)
        if self.address is None:
            code = self.wait() if ended_or_listens else "none, it hangs"
            raise AssertionError(f"the server did not start; exit status {code}\n{self.tail()}")
        return self

    def tail(self, lines=40):
        return "\n".join(self.output[-lines:] + self.log[-lines:])

    def wait(self, timeout=None):
        """Waits for the end; the exit status."""
        code = self.process.wait(timeout or TIMEOUT)
        for reader in self.readers:
            reader.join(TIMEOUT)
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        """SIGTERM; fails unless it ends with 0 (a sanitizer's report is another status)."""
        self.process.send_signal(signal.SIGTERM)
        code = self.wait()
        if code != 0:
            raise AssertionError(f"exit status {code} after SIGTERM\n{self.tail(80)}")

    def kill(self):
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.wait()

    def restart(self):
        self.kill()
        return self.start()

    # HTTP ------------------------------------------------------------------------------------------------------------

    def call(self, method, path, body=None, token=None, headers=None, checked=True, timeout=None):
        """One HTTP call. `body`: a value (sent as JSON) or bytes (sent as they are, unchecked)."""
        headers = dict(headers or {})
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None and not isinstance(body, bytes):
            if checked:
                CONTRACT.check_request(method, path, body)
            body = json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        options = {"timeout": timeout or TIMEOUT}
        connection = (http.client.HTTPSConnection(*self.address, context=self.tls, **options) if self.tls
                      else http.client.HTTPConnection(*self.address, **options))
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        finally:
            connection.close()
        CONTRACT.check_answer(method, path, answer.status, answer.headers.get("Content-Type"), answer.body)
        return answer

    def get(self, path, token=None, **options):
        return self.call("GET", path, token=token, **options)

    def player(self, nickname):
        """Registers and logs in."""
        self.secrets.add(nickname)
        answer = self.call("POST", "/api/v1/players", {"nickname": nickname})
        assert answer.status == 201, answer.body
        return Player(self, nickname, answer.json)


class Player:
    """A registered player with a session. Survives restarts of the server."""

    def __init__(self, server, nickname, registered):
        self.server = server
        self.nickname = nickname
        self.id = registered["player"]
        self.start = registered["balance"]["available"]
        self.log_in()

    def log_in(self):
        """A new session."""
        answer = self.server.call("POST", "/api/v1/sessions", {"nickname": self.nickname})
        assert answer.status == 201, answer.body
        self.session = answer.json["session"]
        self.token = answer.json["token"]
        self.server.secrets.add(self.token)
        return self

    def get(self, path):
        return self.server.get(path, self.token)

    def connect(self, resume=None):
        return Connection(self.server, self.token, resume)

    def pages(self, path, member, limit):
        """All pages of a list, one after the other, each with at most `limit` entries."""
        entries, query = [], f"?limit={limit}"
        while True:
            answer = self.get(path + query)
            assert answer.status == 200, answer.body
            page = answer.json
            assert 0 < len(page[member]) <= limit or not entries, page
            entries += page[member]
            if "next" not in page:
                return entries
            assert len(page[member]) == limit, "a page before the last one is full"
            query = f"?limit={limit}&before={page['next']}"


class Connection(wire.WebSocket):
    """A WebSocket that said hello. Frames that nobody asked for wait in `pushes`."""

    def __init__(self, server, token, resume=None, hello=True):
        super().__init__(server.address, tls=server.tls)
        self.pushes = []
        self.unclaimed = []
        self.q = 1
        self.welcome = None
        if hello:
            frame = {"q": 1, "op": "hello", "token": token}
            if resume is not None:
                frame["resume"] = resume
            answer = self.ask(frame)
            if "ok" not in answer:
                raise AssertionError(f"hello was refused: {answer}")
            self.welcome = answer["ok"]
            self.n = self.welcome["last_n"] + 1

    def position(self):
        """What a client would resume from."""
        return {"instance": self.welcome["instance"], "seq": self.welcome["seq"]}

    def put(self, frame, checked=True):
        """Sends a frame that follows the contract."""
        if checked:
            CONTRACT.check_sent(frame)
        self.send_text(json.dumps(frame))

    def next(self):
        """The next frame, as text and as value."""
        if self.unclaimed:
            return self.unclaimed.pop(0)
        text = self.read_text()
        value = json.loads(text)
        CONTRACT.check_received(value)
        return text, value

    def answer_text(self, **key):
        """The answer with re=N or rq=Q, as its bytes arrived; whatever else arrives first is kept."""
        ((name, number),) = key.items()
        passed = []
        while True:
            text, value = self.next()
            if value.get(name) == number:
                self.unclaimed = passed + self.unclaimed
                return text
            if "ev" in value:
                self.pushes.append(value)
            elif "re" not in value and "rq" not in value:
                raise AssertionError(f"while waiting for {key}: {text}")
            else:
                passed.append((text, value))

    def ask_text(self, frame, checked=True):
        """Sends, and waits for the answer's text."""
        self.put(frame, checked)
        return self.answer_text(re=frame["n"]) if "n" in frame else self.answer_text(rq=frame["q"])

    def ask(self, frame, checked=True):
        return json.loads(self.ask_text(frame, checked))

    def query(self, op):
        """A query's answer: its `ok`."""
        self.q += 1
        answer = self.ask({"q": self.q, "op": op})
        assert "ok" in answer, answer
        return answer["ok"]

    def balance(self):
        return self.query("balance")["balance"]

    def ping(self):
        """A round trip past everything that was sent before."""
        self.query("ping")

    def spin_frame(self, n=None, stake=20, game=SLOT):
        return {"n": n or self.n, "op": "spin", "game": game, "stake": stake}

    def spin(self, stake=20, game=SLOT):
        """The next command: its whole answer."""
        answer = self.ask(self.spin_frame(None, stake, game))
        self.n += 1
        return answer

    def bet(self, *bets, game=ROULETTE):
        answer = self.ask({"n": self.n, "op": "spin", "game": game, "bets": list(bets)})
        self.n += 1
        return answer

    def push(self, kind):
        """The next push of that kind."""
        while True:
            for index, value in enumerate(self.pushes):
                if value["ev"] == kind:
                    return self.pushes.pop(index)
            text, value = self.next()
            if "ev" in value:
                self.pushes.append(value)
            else:
                raise AssertionError(f"while waiting for a push {kind}: {text}")


class SystemTest(unittest.TestCase):
    """Gives servers in temporary folders; ends and removes them after each test, and shows their log if it failed."""

    maxDiff = 4000

    def setUp(self):
        self.servers = []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="croupier-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.addCleanup(self._end_servers)

    def _end_servers(self):
        failed = not self._outcome.success
        for server in self.servers:
            if server.running():
                server.kill()
            told = [line for line in server.output + server.log for secret in server.secrets
                    if re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", line)]
            self.assertEqual(told, [], "a nickname or a token stands in the log")
            if failed:
                print(f"\n--- the log of {self.id()}'s server ---\n{server.tail()}\n---", file=sys.stderr)

    def server(self, *arguments, start=True, **options):
        options.setdefault("data_dir", self.folder / f"data{len(self.servers)}")
        server = Server(options.pop("data_dir"), *arguments, **options)
        self.servers.append(server)
        return server.start() if start else server

    def refused(self, answer, code):
        """The answer is a refusal with this code."""
        self.assertIn("error", answer)
        self.assertEqual(answer["error"]["code"], code, answer)

    def problem(self, answer, status, code):
        self.assertEqual((answer.status, answer.json["code"]), (status, code), answer.body)


def main():
    if not BINARY or not os.access(BINARY, os.X_OK):
        sys.exit("CROUPIER_BIN must name the built server")
    unittest.main(verbosity=2, warnings="ignore")  # Sockets left open to the end of a test are meant.
