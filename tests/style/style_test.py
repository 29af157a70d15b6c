#!/usr/bin/python3
"""Holds the code to the rules of rules.py: style_test.py [--write]

--write makes docs/protocol/errors.md anew. First, each rule is fed a snippet that breaks it: a check that cannot fail
proves nothing.
"""

import pathlib
import sys

import rules

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = ["include", "src", "modules", "tools", "tests"]

# (path, text, a word of the complaint; None: accepted)
SNIPPETS = [
    ("modules/a/x.cpp", "auto now = std::chrono::system_clock::now();", "asks for the time"),
    ("modules/a/x.cpp", "auto now = time(nullptr);", "asks for the time"),
    ("include/croupier/x.hpp", "std::random_device device;", "asks for randomness"),
    ("modules/a/x.cpp", "int i = rand() % 6;", "asks for randomness"),
    ("modules/a/x.cpp", "const char* home = std::getenv(\"HOME\");", "reads the environment"),
    ("modules/a/x.cpp", "#include <thread>", "thread"),
    ("modules/a/x.cpp", "#include <boost/asio/io_context.hpp>", "socket"),
    ("modules/a/x.cpp", "std::ifstream file{path};", "touches a file"),
    ("modules/a/x.cpp", "if (std::filesystem::exists(path)) {}", "touches a file"),
    ("modules/a/x.cpp", "#include <sqlite3.h>", "past the ports"),
    ("modules/a/x.cpp", "const double rtp = win / stake;", "floating point"),
    ("include/croupier/x.hpp", "std::map<const Player*, int> seats_;", "by an address"),
    ("modules/a/x.cpp", "std::unordered_set<Session *> open;", "by an address"),
    ("modules/a/x.cpp", "std::map<PlayerId, Seat*> seats_; // a double, floating", None),
    ("src/x.cpp", "double seconds = 0;", None),
    ("modules/a/x.cpp", "#include \"../b/inside.hpp\"", "another part's inside"),
    ("modules/a/x.cpp", "#include \"b/inside.hpp\"", "another part's inside"),
    ("modules/a/x.cpp", "#include \"../../src/edge/edge.hpp\"", "another part's inside"),
    ("src/x.cpp", "if (co_await ready()) { go(); }", "awaits inside a condition"),
    ("src/x.cpp", "while (!\n    co_await ready()) {}", "awaits inside a condition"),
    ("src/x.cpp", "\n" * 601, "more than 600"),
    ("modules/a/x.cpp", "// Never system_clock::now(), nor #include <thread>.\n/* rand() */", None),
    ("modules/a/x.cpp", "refuse(\"std::getenv(\\\"rand()\\\")\");", None),
    ("modules/a/x.cpp", "draw.time(round); operand(); brand(1); const auto timeout(3);", None),
    ("modules/a/x.cpp", "#include \"croupier/messages/b.hpp\"\n#include \"b.hpp\"\n#include \"games/a/c.hpp\"", None),
    ("modules/rng/x.cpp", "RAND_priv_bytes(out, 8);", None),
    ("src/x.cpp", "auto now = std::chrono::system_clock::now();", None),
    ("src/x.cpp", "const bool ok = co_await ready();\nif (ok) { co_return; }", None),
]


# (files of one module, what walks over an unordered container; None: nothing does)
WALKS = [
    ({"a.hpp": "std::unordered_map<Hash, SessionId, TokenHash> by_token_;",
      "a.cpp": "for (const auto& [token, id] : by_token_) { out.write(id); }"}, "a.cpp:1"),
    ({"a.cpp": "std::unordered_set<int> seen;\nreturn *seen.begin();"}, "a.cpp:2"),
    ({"a.hpp": "std::unordered_map<int, int> all_;", "b.cpp": "std::ranges::copy(other.all_, out);"}, "b.cpp:1"),
    ({"a.hpp": "std::unordered_map<int, int> all_;\nstd::map<int, int> rest_;",
      "a.cpp": "all_.find(1); std::erase_if(all_, old); for (auto& one : rest_) {} // for (auto& one : all_)"}, None),
]


def check_the_checks():
    for files, where in WALKS:
        found = list(rules.unordered_iterated(files))
        if (where is None) != (not found) or (where and not found[0].startswith(where)):
            yield f"the check itself is wrong about walks: {files}: {found or 'nothing found'}"
    for path, text, complaint in SNIPPETS:
        found = list(rules.check_file(path, text, ["a", "b", "rng"]))
        right = any(complaint in one for one in found) if complaint else not found
        if not right:
            yield f"the check itself is wrong about {path}: {text.strip()[:60]!r}: {found or 'nothing found'}"
    codes = rules.error_codes('    X(a_b, 7, transient, 503, "Why.") \\\n    X(c, 8, final_, 400, "No.")')
    if codes != [("a_b", 7, "transient", 503, "Why."), ("c", 8, "final_", 400, "No.")]:
        yield f"the list of error codes is read wrongly: {codes}"


def cpp_files():
    for folder in CODE:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in (".cpp", ".hpp", ".c", ".h") and "node_modules" not in file.parts:
                yield file


def check_code():
    modules = [folder.name for folder in (ROOT / "modules").iterdir() if folder.is_dir()]
    for module in modules:
        files = [file for file in cpp_files() if file.relative_to(ROOT).parts[:2] == ("modules", module)]
        yield from rules.unordered_iterated(
            {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in files})
    count = 0
    for file in cpp_files():
        count += 1
        yield from rules.check_file(str(file.relative_to(ROOT)), file.read_text(encoding="utf-8"), modules)
    if count < 30:
        yield f"only {count} C++ files were found under {ROOT}: the check looks in the wrong place"


def check_error_page():
    source = (ROOT / "include/croupier/result.hpp").read_text(encoding="utf-8")
    codes = rules.error_codes(source)
    if len(codes) != source.count("    X("):
        yield "include/croupier/result.hpp: an error code is not of the form X(name, number, finality, status, \"meaning\")"
    page = ROOT / "docs/protocol/errors.md"
    if "--write" in sys.argv[1:]:
        page.write_text(rules.errors_page(codes), encoding="utf-8")
    if not page.exists() or page.read_text(encoding="utf-8") != rules.errors_page(codes):
        yield ("docs/protocol/errors.md: is not what include/croupier/result.hpp says. "
               "Remedy: tests/style/style_test.py --write")


def check_module_readmes():
    for folder in sorted((ROOT / "modules").iterdir()):
        readme = folder / "README.md"
        if not (folder / "CMakeLists.txt").exists():
            continue
        if not readme.exists():
            yield f"modules/{folder.name}: has no README.md. Remedy: a screen: what it owns, what always holds, what it refuses"
        elif readme.read_text(encoding="utf-8").count("\n") > 60:
            yield f"modules/{folder.name}/README.md: is longer than a screen. Remedy: keep what a newcomer needs"


def main():
    problems = [*check_the_checks(), *check_code(), *check_error_page(), *check_module_readmes()]
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems" if problems else "the code keeps the rules")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
