#!/usr/bin/python3
"""The documents of docs/protocol agree with themselves and with the code. No server needed."""

import json
import re
import unittest

import jsonschema

import contract

CONTRACT = contract.Contract()


def members(value, name):
    """Every value under a key `name`, at any depth."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == name:
                yield item
            yield from members(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from members(item, name)


class Documents(unittest.TestCase):
    def test_error_codes_are_those_of_the_server(self):
        header = (contract.ROOT / "include/croupier/result.hpp").read_text(encoding="utf-8")
        codes = re.findall(r"^\s+X\((\w+), \d+, (?:transient|final_), \d+,", header, re.MULTILINE)
        self.assertGreater(len(codes), 30)
        self.assertEqual(CONTRACT.documents["schemas.yaml"]["ErrorCode"]["enum"], codes)

    def test_statement_codes_are_those_of_the_ledger(self):
        header = (contract.ROOT / "include/croupier/messages/ledger.hpp").read_text(encoding="utf-8")
        codes = re.search(r"enum class TransferCode[^{]*\{([^}]*)\}", re.sub(r"//.*", "", header)).group(1)
        codes = [code.split("=")[0].strip() for code in codes.split(",")]
        documented = CONTRACT.documents["schemas.yaml"]["StatementEntry"]["properties"]["code"]["enum"]
        self.assertEqual(documented, [code for code in codes if code != "capital"])  # No player ever has capital.

    def test_facts_are_those_of_the_headers(self):
        declared = set()
        for header in (contract.ROOT / "include/croupier/messages").glob("*.hpp"):
            text = header.read_text(encoding="utf-8")
            for struct, name, number in re.findall(
                    r'struct (\w+) \{\s*static constexpr std::string_view kName = "([^"]+)";\s*'
                    r'static constexpr std::uint16_t kFact = (\d+);', text):
                members = re.search(rf"BOOST_DESCRIBE_STRUCT\(\s*{struct}, \(\),\s*\(([^)]*)\)\)", text).group(1)
                declared.add((number, name, " ".join(members.split())))
        page = (contract.ROOT / "docs/format.md").read_text(encoding="utf-8")
        told = re.findall(r"^\| (\d+) \| `([\w.]+)` \| ([^|]+) \|$", page, re.MULTILINE)
        self.assertEqual(sorted(told), sorted(declared))
        self.assertEqual(len({number for number, _, _ in told}), len(told))  # Numbers are never reused.

    def test_outcome_events_are_those_of_the_games(self):
        header = (contract.ROOT / "include/croupier/messages/rounds.hpp").read_text(encoding="utf-8")
        events = re.findall(r'kEvent = "(\w+)"', header)
        schemas = CONTRACT.documents["schemas.yaml"]
        refs = schemas["Outcome"]["properties"]["events"]["items"]["oneOf"]
        documented = [schemas[ref["$ref"].split("/")[-1]]["properties"]["ev"]["const"] for ref in refs]
        self.assertEqual(documented, events)

    def test_every_message_has_an_example_that_fits(self):
        for name, message in CONTRACT.documents["asyncapi.yaml"]["components"]["messages"].items():
            self.assertTrue(message.get("examples"), f"{name} has no example")
            for example in message["examples"]:
                with self.subTest(message=name):
                    CONTRACT.check(example["payload"], "asyncapi.yaml", f"components/schemas/{name}")

    def test_every_http_example_fits(self):
        document = CONTRACT.documents["openapi.yaml"]
        places = [("components/responses/Problem", document["components"]["responses"]["Problem"])]
        for path, item in document["paths"].items():
            for method, operation in item.items():
                where = "paths/" + path.replace("/", "~1") + "/" + method
                places += [(where + "/requestBody", operation.get("requestBody", {}))]
                places += [(f"{where}/responses/{status}", answer) for status, answer in operation["responses"].items()]
        count = 0
        for where, body in places:
            for media_type, media in body.get("content", {}).items():
                for example in media.get("examples", {}).values():
                    if "json" not in media_type:
                        continue  # A text, such as the metrics.
                    with self.subTest(where):
                        escaped = media_type.replace("/", "~1")
                        CONTRACT.check(example["value"], "openapi.yaml", f"{where}/content/{escaped}/schema")
                        count += 1
        self.assertGreaterEqual(count, 10)

    def test_every_channel_message_is_used_by_an_operation(self):
        document = CONTRACT.documents["asyncapi.yaml"]
        used = {ref["$ref"].split("/")[-1] for messages in members(document["operations"], "messages")
                for ref in messages}
        self.assertEqual(used, set(document["channels"]["play"]["messages"]))
        listed = {item["$ref"].split("/")[-1] for item in document["channels"]["play"]["messages"].values()}
        self.assertEqual(listed, set(document["components"]["messages"]))

    def test_what_clients_send_is_closed(self):
        for name in ("Hello", "SpinStake", "SpinBets", "Query"):
            schema = CONTRACT.documents["asyncapi.yaml"]["components"]["schemas"][name]
            self.assertIs(schema["additionalProperties"], False, name)

    def test_every_call_of_the_readme_is_documented_and_the_other_way_round(self):
        readme = (contract.FOLDER / "README.md").read_text(encoding="utf-8")
        told = {(method, path.split("?")[0]) for method, path in
                re.findall(r"^\| `(GET|POST|DELETE|PUT) (/[^ `]*)`", readme, re.MULTILINE)}
        documented = {(method.upper(), path.removeprefix("/api/v1"))
                      for path, item in CONTRACT.documents["openapi.yaml"]["paths"].items() for method in item
                      if path.startswith("/api/v1")}
        self.assertEqual(told, documented)

    def test_frames_of_the_readme_fit(self):
        """The client's frames as they stand there are literal JSON, but for the token."""
        readme = (contract.FOLDER / "README.md").read_text(encoding="utf-8")
        frames = re.findall(r"`(\{\"[nq]\":[^`]*\})`", readme)
        self.assertGreaterEqual(len(frames), 7)
        for frame in frames:
            with self.subTest(frame=frame):
                CONTRACT.check_sent(json.loads(frame))


class Checker(unittest.TestCase):
    """The checks themselves can fail."""

    def test_refuses_what_does_not_fit(self):
        table = [
            # why                    frame
            ("unknown member",       {"rq": 5, "ok": {"op": "ping", "extra": 1}}),
            ("unknown push",         {"seq": 1, "ev": "party"}),
            ("unknown answer",       {"rq": 1, "ok": {"op": "party"}}),
            ("amount as text",       {"seq": 1, "ev": "online", "players": "3"}),
            ("amount as float",      {"seq": 1, "ev": "online", "players": 3.5}),
            ("boolean as number",    {"seq": True, "ev": "draining"}),
            ("code not in the list", {"re": 1, "error": {"code": "nope", "message": ""}}),
            ("member missing",       {"re": 1, "error": {"code": "internal"}}),
            ("not an object",        []),
        ]
        for why, frame in table:
            with self.subTest(why):
                self.assertRaises(contract.Drift, CONTRACT.check_received, frame)

    def test_refuses_answers_that_do_not_fit(self):
        table = [
            # why                      method path           status media type                  body
            ("not a problem document", "GET", "/api/v1/me",    401, "application/json",         b'{}'),
            ("another status inside",  "GET", "/api/v1/me",    401, "application/problem+json",
             b'{"type":"urn:croupier:error:not_found","title":"","status":404,"code":"not_found"}'),
            ("unknown path",           "GET", "/api/v1/moon",  200, "application/json",         b'{}'),
            ("undocumented status",    "GET", "/api/v1/me",    202, "application/json",         b'{}'),
            ("unknown member",         "GET", "/api/v1/games", 200, "application/json",         b'{"games":[],"x":1}'),
            ("body where none is", "DELETE", "/api/v1/sessions/current", 204, "", b'{}'),
        ]
        for why, *call in table:
            with self.subTest(why):
                self.assertRaises(contract.Drift, CONTRACT.check_answer, *call)


class GameFiles(unittest.TestCase):
    """docs/game.schema.json against the files that are shipped and the code that reads them."""

    def setUp(self):
        schema = json.loads((contract.ROOT / "docs/game.schema.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        self.schema = schema
        self.validator = jsonschema.Draft202012Validator(schema)
        self.games = {path.name: json.loads(path.read_text(encoding="utf-8"))
                      for path in sorted((contract.ROOT / "config/games").glob("*.json"))}

    def objects(self, value):
        if isinstance(value, dict):
            yield value
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
            yield from self.objects(inner)

    def test_what_is_shipped_is_valid_and_a_member_too_many_or_too_few_is_not(self):
        self.assertGreater(len(self.games), 7)
        for name, game in self.games.items():
            self.assertEqual([error.message for error in self.validator.iter_errors(game)], [], name)
            for part in self.objects(game):
                part["surprise"] = 1
                self.assertFalse(self.validator.is_valid(game), (name, part))
                del part["surprise"]
            for member in [member for member in game if member not in ("respins", "pick")]:  # Which may be left out.
                value = game.pop(member)
                self.assertFalse(self.validator.is_valid(game), (name, member))
                game[member] = value
        self.assertFalse(self.validator.is_valid({}))

    def test_strips_may_stand_in_a_table_and_variants_change_what_is_not_the_games(self):
        game = self.games["lucky-lines.json"]
        for strips, good in (("reels.csv", True), ("../reels.csv", False), (".csv", False), ("reels.txt", False)):
            self.assertEqual(self.validator.is_valid({**game, "strips": strips}), good, strips)
        for variants, good in (({"de": {"stake": {"max": 100}}}, True), ({"de": {"game": "x"}}, False), ({"de": 1}, False)):
            for name, one in self.games.items():
                self.assertEqual(self.validator.is_valid({**one, "variants": variants}), good, (name, variants))

    def test_it_knows_every_kind_of_game_and_its_members(self):
        load = (contract.ROOT / "modules/rounds/load_game.cpp").read_text(encoding="utf-8")
        kinds = set(re.findall(r'kind == "([a-z-]+)"', load))
        parts = {part["properties"]["kind"]["const"]: part for part in self.schema["$defs"].values()
                 if "kind" in part.get("properties", {}) and "const" in part["properties"]["kind"]}
        self.assertEqual(set(parts), kinds)
        for kind, folder in (("roulette", "roulette/roulette"), ("dice", "dice/dice"), ("video-poker", "video_poker/video_poker")):
            source = (contract.ROOT / f"modules/rounds/{folder}.cpp").read_text(encoding="utf-8")
            members = re.findall(r'"(\w+)"', re.search(r"root\.members\(\{(.*?)\}\)", source, re.DOTALL)[1])
            self.assertEqual(set(parts[kind]["required"]), set(members), kind)


if __name__ == "__main__":
    unittest.main()
