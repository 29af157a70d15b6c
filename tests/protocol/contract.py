"""docs/protocol as checks: every HTTP answer and WebSocket frame of the server is held against the documents.

Answers are checked more strictly than clients may: a member that the documents do not know is a failure here, so that
the server cannot grow one in silence.
"""

import json
import pathlib
import re

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "protocol"


class Drift(AssertionError):
    """What the server said and what the documents say differ."""


class _Yaml12(yaml.SafeLoader):
    """As YAML 1.2 has it: dates stay text (JSON knows none), and only true and false are booleans."""


_Yaml12.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:timestamp",
                                                                       "tag:yaml.org,2002:bool")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def load(name):
    with open(FOLDER / name, encoding="utf-8") as file:
        return yaml.load(file, Loader=_Yaml12)


def closed(schema):
    """The schema with every object closed that does not say otherwise; one with no properties stays open."""
    if isinstance(schema, dict):
        result = {key: closed(value) for key, value in schema.items()}
        if schema.get("type") == "object" and schema.get("properties"):
            result.setdefault("additionalProperties", False)
        return result
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    return schema


def _is_integer(_checker, value):
    """Written as an integer: 1.0 and true are none."""
    return isinstance(value, int) and not isinstance(value, bool)


class Contract:
    """The three documents, with a validator for each message and answer."""

    def __init__(self):
        self.documents = {name: load(name) for name in ("schemas.yaml", "openapi.yaml", "asyncapi.yaml")}
        self._validators = {}
        types = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
        self._class = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=types)

    def at(self, document, pointer):
        """What stands at a JSON pointer (RFC 6901, without the leading slash), with every reference in it followed."""
        value = self.documents[document]
        for part in pointer.split("/"):
            value = value[part.replace("~1", "/").replace("~0", "~")]
        return self._followed(value, document)

    def _followed(self, value, document):
        if isinstance(value, dict):
            if "$ref" in value:
                name, pointer = value["$ref"].split("#/")
                return self.at(name.removeprefix("./") or document, pointer)
            return {key: self._followed(item, document) for key, item in value.items()}
        if isinstance(value, list):
            return [self._followed(item, document) for item in value]
        return value

    def check(self, value, document, pointer):
        """Raises Drift unless `value` fits the schema at `pointer` ("components/schemas/Me") of `document`."""
        key = (document, pointer)
        if key not in self._validators:
            self._validators[key] = self._class(closed(self.at(document, pointer)))
        error = jsonschema.exceptions.best_match(self._validators[key].iter_errors(value))
        if error is not None:
            where = "/".join(str(part) for part in error.absolute_path) or "(top)"
            raise Drift(f"{document}#/{pointer}: at {where}: {error.message[-600:]}\nin {json.dumps(value)[:600]}")

    # WebSocket -------------------------------------------------------------------------------------------------------

    def check_sent(self, frame):
        """A frame of a client that follows the contract."""
        self.check(frame, "asyncapi.yaml", "components/schemas/" + sent_schema(frame))

    def check_received(self, frame):
        """A frame of the server."""
        self.check(frame, "asyncapi.yaml", "components/schemas/" + received_schema(frame))

    # HTTP ------------------------------------------------------------------------------------------------------------

    def operation(self, method, path):
        """The documented operation for a call, or None. `path` is without the query."""
        for template, item in self.documents["openapi.yaml"]["paths"].items():
            pattern = re.sub(r"\{[a-z]+\}", "[^/]+", template)
            if re.fullmatch(pattern, path) and method.lower() in item:
                return template, item[method.lower()]
        return None

    def check_answer(self, method, path, status, content_type, body):
        """An HTTP answer. An unknown path or method must be answered by a problem document."""
        media_type = content_type.split(";")[0].strip() if content_type else ""
        found = self.operation("GET" if method == "HEAD" else method, path.split("?")[0])
        told = found[1]["responses"].get(str(status), {}).get("content", {}) if found else {}
        if status >= 400 and (media_type == "application/problem+json" or media_type not in told):
            if media_type != "application/problem+json":
                raise Drift(f"{method} {path}: {status} is a {media_type}, not a problem document")
            problem = json.loads(body)
            self.check(problem, "openapi.yaml", "components/schemas/Problem")
            if problem["status"] != status or problem["type"] != "urn:croupier:error:" + problem["code"]:
                raise Drift(f"{method} {path}: {status} does not agree with {body!r}")
            return
        if found is None:
            raise Drift(f"{method} {path}: answered {status}, but openapi.yaml does not know it")
        template, operation = found
        answer = operation["responses"].get(str(status))
        if answer is None:
            raise Drift(f"{method} {path}: {status} is not documented")
        if "content" not in answer:
            if body:
                raise Drift(f"{method} {path}: {status} has a body, documented without: {body[:200]!r}")
            return
        if media_type not in answer["content"]:
            raise Drift(f"{method} {path}: {status} is {media_type}, documented: {', '.join(answer['content'])}")
        if media_type == "application/json" and method != "HEAD":
            escaped = template.replace("~", "~0").replace("/", "~1")
            self.check(json.loads(body), "openapi.yaml",
                       f"paths/{escaped}/{method.lower()}/responses/{status}/content/application~1json/schema")

    def check_request(self, method, path, value):
        """The body of a request that follows the contract."""
        found = self.operation(method, path)
        if found is None or "requestBody" not in found[1]:
            raise Drift(f"{method} {path} takes no body")
        escaped = found[0].replace("/", "~1")
        self.check(value, "openapi.yaml",
                   f"paths/{escaped}/{method.lower()}/requestBody/content/application~1json/schema")


def sent_schema(frame):
    op = frame.get("op")
    if op == "hello":
        return "Hello"
    if op == "spin":
        return "SpinBets" if "bets" in frame else "SpinStake"
    return "Choose" if op == "choose" else "Query"


_ANSWERS = {"hello": "Welcome", "balance": "BalanceAnswer", "games": "GamesAnswer", "online": "OnlineAnswer",
            "ping": "PingAnswer", "open": "OpenAnswer"}
_PUSHES = {"balance": "BalancePush", "online": "OnlinePush", "games": "GamesPush", "draining": "DrainingPush"}


def received_schema(frame):
    """The one schema that a frame of the server must fit."""
    if not isinstance(frame, dict):
        raise Drift(f"not an object: {frame!r}")
    if "ev" in frame:
        if frame["ev"] not in _PUSHES:
            raise Drift(f"a push that asyncapi.yaml does not know: {frame!r}")
        return _PUSHES[frame["ev"]]
    if "error" in frame:
        return "CommandRefusal" if "re" in frame else "QueryRefusal" if "rq" in frame else "FrameRefusal"
    if "re" in frame:
        return "Spun"
    op = frame.get("ok", {}).get("op")
    if op not in _ANSWERS:
        raise Drift(f"an answer that asyncapi.yaml does not know: {frame!r}")
    return _ANSWERS[op]
