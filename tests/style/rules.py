"""The rules of the code that a machine can check, each with its remedy. Used by style_test.py."""

import re

LINES_MAX = 600

# What a module, or a header that modules see, must not reach for: everything nondeterministic comes through a port.
FORBIDDEN = [
    (r"\b(?:system|steady|high_resolution|utc|file)_clock\s*::\s*now\b|\bclock_gettime\b|\bgettimeofday\b|"
     r"\bstd::time\s*\(|\btime\s*\(\s*(?:NULL|nullptr|0)\s*\)|\blocaltime\b",
     "asks for the time", "take it from the input (Context::now), or from the Clock port"),
    (r"\brandom_device\b|\b(?:s|d|l)?rand(?:48|_r)?\s*\(|\bmt19937|\bgetrandom\b|\barc4random|\bRAND_(?:priv_)?bytes\b",
     "asks for randomness", "take it through the Rng or the Entropy port"),
    (r"\b(?:secure_)?getenv\s*\(|\bsetenv\s*\(|\benviron\b",
     "reads the environment", "make it a key of the configuration (src/config/schema.cpp) and pass it in"),
    (r"#include\s*<(?:thread|mutex|shared_mutex|condition_variable|future|stop_token|pthread\.h)>|"
     r"\bstd::(?:jthread|thread|async|mutex)\b",
     "starts or expects a thread", "modules run on the loop; threads belong behind a port, in src/"),
    (r"#include\s*<(?:sys/socket\.h|netinet/[^>]*|arpa/[^>]*|netdb\.h|poll\.h|sys/epoll\.h|boost/asio[^>]*|boost/beast[^>]*)>|"
     r"\bco_await\b",
     "reaches for a socket or a coroutine", "only src/ speaks to the network; a module answers a command"),
    (r"#include\s*<(?:fstream|cstdio|stdio\.h|iostream|fcntl\.h|unistd\.h|sys/stat\.h|dirent\.h)>|"
     r"\bstd::[io]?fstream\b|\bfopen\s*\(|\bdirectory_iterator\b|"
     r"\bfilesystem::(?:exists|remove|rename|create_director|copy|file_size|space|status)",
     "touches a file", "use the Disk port, or let the host read the file and pass its content in"),
    (r"\b(?:float|double)\b",
     "uses floating point", "count in whole units: minor units, ppm, micros, weights"),
    (r"\bstd::(?:unordered_)?(?:multi)?(?:map|set)<\s*(?:const\s+)?[\w:]+(?:\s+const)?\s*\*",
     "orders or looks up by an address", "take an id for the key: addresses differ from run to run"),
    (r"#include\s*<sqlite3\.h>|#include\s*<spdlog/",
     "reaches past the ports to a library of the host", "the store, the views and the log belong to src/"),
]

# Where a rule does not apply: (rule's description, path, why).
EXEMPT = [
    ("asks for randomness", r"modules/rng/", "it is the adapter of OpenSSL's generator behind the Rng port"),
]

AWAIT_IN_CONDITION = re.compile(r"\b(?:if|while|switch|for)\s*(?:constexpr\s*)?\([^;{]*\bco_await\b")


def without_comments(text):
    """The code with comments and string contents blanked, line numbers kept."""
    pattern = r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"'

    def blank(match):
        piece = match.group(0)
        if piece.startswith('"') and re.search(r"#include\s*$", text[: match.start()].rsplit("\n", 1)[-1] + " "):
            return piece  # The path of an include is looked at.
        return re.sub(r"[^\n]", " ", piece)

    return re.sub(pattern, blank, text, flags=re.S)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def check_file(path, text, modules):
    """Yields a sentence for each broken rule of one C++ file, `path` relative to the repository."""
    code = without_comments(text)
    lines = text.count("\n")
    if lines > LINES_MAX:
        yield f"{path}: has {lines} lines, more than {LINES_MAX}. Remedy: split it where a reader would"
    for match in AWAIT_IN_CONDITION.finditer(code):
        yield (f"{path}:{line_of(code, match.start())}: awaits inside a condition. Remedy: await on a line of its own, "
               "into a name, then test the name")
    if not (path.startswith("modules/") or path.startswith("include/")):
        return

    for pattern, what, remedy in FORBIDDEN:
        if any(what == exempt and re.match(where, path) for exempt, where, _ in EXEMPT):
            continue
        for match in re.finditer(pattern, code):
            yield f"{path}:{line_of(code, match.start())}: {what} ({match.group(0).strip()}). Remedy: {remedy}"

    own = path.split("/")[1] if path.startswith("modules/") else None
    for match in re.finditer(r'#include\s*["<]([^">]+)[">]', code):
        parts = match.group(1).split("/")
        other = next((m for m in modules if m != own and m in parts[:-1] and parts[:2] != ["croupier", "messages"]), None)
        if "src" in parts or other:
            yield (f"{path}:{line_of(code, match.start())}: includes {match.group(1)}, another part's inside. "
                   "Remedy: talk over the bus; its messages are in include/croupier/messages/")


def unordered_iterated(files):
    """Yields a sentence for each walk over an unordered container of one module, `files` its texts by path: its order is the
    library's, and would reach an output. Names are those of the whole module, so an ordered container must not share one."""
    code = {path: without_comments(text) for path, text in files.items()}
    names = {name for text in code.values()
             for name in re.findall(r"\bstd::unordered_\w+<[^;{}()]*>\s*(\w+)\s*(?:;|=|\{)", text)}
    for path, text in code.items():
        for name in sorted(names):
            walk = (rf"for\s*\([^;()]*:\s*(?:\w+(?:\.|->))*{name}\s*\)|\b{name}\.c?begin\s*\(|"
                    rf"\branges::\w+\s*\(\s*(?:\w+(?:\.|->))*{name}\b")
            for match in re.finditer(walk, text):
                yield (f"{path}:{line_of(text, match.start())}: walks over {name}, which has no order of its own. "
                       "Remedy: a std::map, or keep the order beside it; another name, if this is another container")


def error_codes(result_hpp):
    """The list of result.hpp: (name, number, finality, HTTP status, meaning)."""
    pattern = r'X\((\w+), (\d+), (transient|final_), (\d+), "([^"]*)"\)'
    return [(name, int(number), finality, int(http), meaning)
            for name, number, finality, http, meaning in re.findall(pattern, result_hpp)]


def errors_page(codes):
    """docs/protocol/errors.md."""
    rows = "".join(
        f"| `{name}` | {number} | {'yes' if finality == 'transient' else 'no'} | {http} | {meaning} |\n"
        for name, number, finality, http, meaning in codes)
    return (
        "# Error codes\n\n"
        "This page is made from the list in include/croupier/result.hpp by `tests/style/style_test.py --write`; a test holds\n"
        "it equal. Clients decide by the name; names and numbers are never reused.\n\n"
        "**Retry** says whether the same request, with the same `n` or `Idempotency-Key`, may be sent again: a refusal of that\n"
        "kind recorded nothing and consumed nothing, and `retry_after_ms`, where it is given, says when. All others are\n"
        "decisions: a command's is recorded, and a repeat gets the same answer.\n\n"
        "| code | number | retry | HTTP | meaning |\n|---|---|---|---|---|\n" + rows)
