#include "schema.hpp"

#include <array>

namespace croupier::config {

namespace {

constexpr std::int64_t kThousand = 1'000;
constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kKiB = 1'024;
constexpr std::int64_t kMiB = kKiB * kKiB;
constexpr std::int64_t kGiB = kKiB * kMiB;
constexpr std::int64_t kDayS = 86'400;
constexpr std::int64_t kMoneyMax = 1'000'000'000'000'000;  // 10^15: a thousandth of what an account can hold.

// The member `field` of a Config, as a Slot.
#define SLOT(field) [](Config& config) -> Slot { return &config.field; }

// clang-format off: one key a row
constexpr auto kKeys = std::to_array<Key>({
    {.path = "server.data_dir", .slot = SLOT(server.data_dir),
        .doc = "Where the ledger, the views, the keys and the snapshots stand; created when it is missing."},
    {.path = "server.demo", .slot = SLOT(server.demo),
        .doc = "Demo mode: a nickname is enough to register and log in, and every new player gets demo money."},
    {.path = "server.currency", .slot = SLOT(server.currency),
        .doc = "The currency of the casino; it cannot change once a ledger exists."},
    {.path = "server.drain_timeout_ms", .slot = SLOT(server.drain_timeout), .min = 0, .max = 10 * 60 * kThousand,
        .unit = "milliseconds",
        .doc = "How long stopping may take: connections are cut after half of it, and after all of it the process ends with 75."},
    {.path = "server.core_dumps", .slot = SLOT(server.core_dumps),
        .doc = "Allow core dumps, for debugging: secrets stand in them."},
    {.path = "server.test_endpoints", .slot = SLOT(server.test_endpoints),
        .doc = "Serve /ws/echo, which conformance suites run against; only in demo mode."},

    {.path = "edge.listen", .slot = SLOT(edge.listen),
        .doc = "Where the server listens; beyond loopback it needs TLS or edge.insecure. Port 0 takes a free one."},
    {.path = "edge.tls_certificate", .slot = SLOT(edge.tls_certificate),
        .doc = "The certificate chain, PEM; with edge.tls_key it turns on HTTPS and WSS, and turns off the rest."},
    {.path = "edge.tls_key", .slot = SLOT(edge.tls_key),
        .doc = "The certificate's private key, PEM.", .secret = true},
    {.path = "edge.insecure", .slot = SLOT(edge.insecure),
        .doc = "Allow a listener beyond loopback without TLS, for example behind a proxy that ends TLS."},
    {.path = "edge.origins", .slot = SLOT(edge.origins),
        .doc = "Origins of web pages that may connect besides the server's own; \"*\" allows any."},
    {.path = "edge.connections_max", .slot = SLOT(edge.connections_max), .min = 1, .max = kMillion,
        .unit = "connections", .doc = "How many connections may be open at once."},
    {.path = "edge.http_header_max_bytes", .slot = SLOT(edge.http_header_max_bytes), .min = kKiB, .max = kMiB,
        .unit = "bytes", .doc = "The largest request line and headers together."},
    {.path = "edge.http_body_max_bytes", .slot = SLOT(edge.http_body_max_bytes), .min = kKiB, .max = 64 * kMiB,
        .unit = "bytes", .doc = "The largest request body."},
    {.path = "edge.frame_max_bytes", .slot = SLOT(edge.frame_max_bytes), .min = 256, .max = kMiB,
        .unit = "bytes", .doc = "The largest WebSocket message; a larger one closes the connection with 1009."},
    {.path = "edge.outbox_max_bytes", .slot = SLOT(edge.outbox_max_bytes), .min = 4 * kKiB, .max = 64 * kMiB,
        .unit = "bytes", .doc = "How much may wait for one slow connection before it is closed with 4002."},
    {.path = "edge.frames_per_second", .slot = SLOT(edge.frames_per_second), .min = 0, .max = kMillion,
        .unit = "frames per second", .doc = "How many frames one connection may send in the long run; 0: any number."},
    {.path = "edge.frames_burst", .slot = SLOT(edge.frames_burst), .min = 1, .max = kMillion,
        .unit = "frames", .doc = "How many frames one connection may send at once."},
    {.path = "edge.frames_excess_max", .slot = SLOT(edge.frames_excess_max), .min = 1, .max = kMillion,
        .unit = "frames",
        .doc = "After how many frames beyond the rate, each one within it making up for one, a connection is closed with 1008."},
    {.path = "edge.request_timeout_ms", .slot = SLOT(edge.request_timeout), .min = 100, .max = 10 * 60 * kThousand,
        .unit = "milliseconds", .doc = "From the first byte of an HTTP request to its last."},
    {.path = "edge.idle_timeout_ms", .slot = SLOT(edge.idle_timeout), .min = 100, .max = 60 * 60 * kThousand,
        .unit = "milliseconds", .doc = "How long a kept-alive HTTP connection may wait for its next request."},
    {.path = "edge.ping_interval_ms", .slot = SLOT(edge.ping_interval), .min = 100, .max = 60 * 60 * kThousand,
        .unit = "milliseconds", .doc = "How often the server pings a WebSocket; below edge.silence_max_ms."},
    {.path = "edge.silence_max_ms", .slot = SLOT(edge.silence_max), .min = 200, .max = 60 * 60 * kThousand,
        .unit = "milliseconds", .doc = "A WebSocket that was silent for so long, pongs included, is taken for gone."},
    {.path = "edge.hello_timeout_ms", .slot = SLOT(edge.hello_timeout), .min = 100, .max = 10 * 60 * kThousand,
        .unit = "milliseconds", .doc = "How long a new WebSocket may take to say hello before it is closed with 4003."},

    {.path = "store.queue_max_bytes", .slot = SLOT(store.queue_max_bytes), .min = kMiB, .max = 16 * kGiB,
        .unit = "bytes", .doc = "How much may wait to be written to the ledger; beyond it new stakes are refused."},
    {.path = "store.settlement_reserve_bytes", .slot = SLOT(store.settlement_reserve_bytes), .min = 64 * kKiB,
        .max = 4 * kGiB, .unit = "bytes",
        .doc = "The part of the queue that only the settling of what was accepted may use."},
    {.path = "store.batch_units_max", .slot = SLOT(store.batch_units_max), .min = 1, .max = kMillion,
        .unit = "units of work", .doc = "How many units of work one transaction, and so one sync, takes at most."},
    {.path = "store.disk_free_min_bytes", .slot = SLOT(store.disk_free_min_bytes), .min = 0, .max = 1'024 * kGiB,
        .unit = "bytes", .doc = "With less free space on the disk of the ledger no new stakes are taken; 0: never refused."},
    {.path = "store.snapshot_units", .slot = SLOT(store.snapshot_units), .min = 1, .max = 1'000 * kMillion,
        .unit = "units of work", .doc = "How many units of work lie between two snapshots."},
    {.path = "store.verify_tail_units", .slot = SLOT(store.verify_tail_units), .min = 0, .max = 1'000 * kMillion,
        .unit = "units of work",
        .doc = "How many units before the last one a start verifies, besides all that follow the snapshot."},
    {.path = "store.query_queue_max", .slot = SLOT(store.query_queue_max), .min = 1, .max = kMillion,
        .unit = "queries", .doc = "How many history queries may wait; beyond it they are refused as overloaded."},

    {.path = "sessions.lifetime_s", .slot = SLOT(sessions.lifetime), .min = 60, .max = 366 * kDayS,
        .unit = "seconds", .doc = "How long a session's token is good for."},
    {.path = "sessions.idle_s", .slot = SLOT(sessions.idle), .min = 10, .max = 30 * kDayS,
        .unit = "seconds", .doc = "How long a connection may send nothing but pongs before it is closed with 4004."},
    {.path = "sessions.answers_kept", .slot = SLOT(sessions.answers_kept), .min = 1, .max = 1'000,
        .unit = "answers", .doc = "How many of a session's last answers stay in memory; older ones are read from the ledger."},
    {.path = "sessions.pushes_kept", .slot = SLOT(sessions.pushes_kept), .min = 1, .max = 10'000,
        .unit = "frames", .doc = "How many of a session's last pushes can be sent again when it resumes."},
    {.path = "sessions.refusals_max", .slot = SLOT(sessions.refusals_max), .min = 1, .max = kMillion,
        .unit = "refusals", .doc = "How many refusals of its commands one session may have recorded."},
    {.path = "sessions.sessions_max", .slot = SLOT(sessions.sessions_max), .min = 1, .max = 10 * kMillion,
        .unit = "sessions",
        .doc = "How many sessions may exist at once; at the limit a log-in ends the oldest one that has no connection."},
    {.path = "sessions.malformed_max", .slot = SLOT(sessions.malformed_max), .min = 1, .max = kMillion,
        .unit = "frames", .doc = "After how many malformed frames a connection is closed with 1008."},

    {.path = "players.players_max", .slot = SLOT(players.players_max), .min = 1, .max = 100 * kMillion,
        .unit = "players", .doc = "How many players may register."},

    {.path = "demo.grant_minor", .slot = SLOT(demo.grant_minor), .min = 0, .max = kMoneyMax,
        .unit = "minor units", .doc = "The demo money that a new player gets, from the promo account."},
    {.path = "demo.bank_capital_minor", .slot = SLOT(demo.bank_capital_minor), .min = 0, .max = kMoneyMax,
        .unit = "minor units", .doc = "The capital that a new demo casino's bank starts with."},

    {.path = "risk.stake_max_minor", .slot = SLOT(risk.stake_max_minor), .min = 0, .max = kMoneyMax,
        .unit = "minor units", .doc = "The largest stake of one round, over all games; 0: only the games' own limits."},

    {.path = "ledger.rounds_in_play_max", .slot = SLOT(ledger.rounds_in_play_max), .min = 1, .max = kMillion,
        .unit = "rounds", .doc = "How many rounds that take bets over more than one input may be in play at once."},
    {.path = "ledger.round_bets_max", .slot = SLOT(ledger.round_bets_max), .min = 1, .max = kThousand,
        .unit = "bets", .doc = "How many bets such a round takes, those rolled back included."},
    {.path = "ledger.day_starts_minute", .slot = SLOT(ledger.day_starts_minute), .min = 0, .max = 1439,
        .unit = "minutes", .doc = "When a gaming day begins and the one before is closed and sealed, after midnight UTC."},
    {.path = "ledger.seal_key", .slot = SLOT(ledger.seal_key),
        .doc = "The Ed25519 key (PEM) that signs the seals; empty: seal.pem in the data directory, made when it is not there."},

    {.path = "jackpot.games", .slot = SLOT(jackpot.games),
        .doc = "Names of the games whose stakes take part in the jackpot; none: there is no jackpot."},
    {.path = "jackpot.name", .slot = SLOT(jackpot.name),
        .doc = "The jackpot's name; another name is another jackpot, and the old one keeps its money."},
    {.path = "jackpot.fund_ppm", .slot = SLOT(jackpot.fund_ppm), .min = 0, .max = kMillion, .unit = "millionths",
        .doc = "What of each cash stake goes to the jackpot that is won next."},
    {.path = "jackpot.reserve_ppm", .slot = SLOT(jackpot.reserve_ppm), .min = 0, .max = kMillion, .unit = "millionths",
        .doc = "What of each cash stake goes to the reserve, from which the jackpot is seeded again."},
    {.path = "jackpot.seed_minor", .slot = SLOT(jackpot.seed_minor), .min = 0, .max = kMoneyMax, .unit = "minor units",
        .doc = "What the jackpot begins with; the bank gives what the reserve lacks."},
    {.path = "jackpot.cap_minor", .slot = SLOT(jackpot.cap_minor), .min = 0, .max = kMoneyMax, .unit = "minor units",
        .doc = "Once the jackpot is so large, its share goes to the reserve; 0: it has no cap."},
    {.path = "jackpot.odds_minor", .slot = SLOT(jackpot.odds_minor), .min = 1, .max = 4'294'967'295, .unit = "minor units",
        .doc = "It is won once in so many minor units of cash staked, on average, whatever the single stakes are."},

    {.path = "cashier.adjust_alone_max_minor", .slot = SLOT(cashier.adjust_alone_max_minor), .min = 0, .max = kMoneyMax,
        .unit = "minor units",
        .doc = "How much one operator may correct alone; beyond it a second one has to confirm."},
    {.path = "cashier.withdrawal_expires_s", .slot = SLOT(cashier.withdrawal_expires), .min = 60, .max = 366 * kDayS,
        .unit = "seconds", .doc = "After how long a withdrawal that nobody has approved or rejected is given back."},
    {.path = "cashier.keys_max", .slot = SLOT(cashier.keys_max), .min = 1, .max = 100 * kMillion,
        .unit = "requests",
        .doc = "How many operators' requests may be remembered at once (180 days each); beyond it new ones are refused."},
    {.path = "cashier.proposals_max", .slot = SLOT(cashier.proposals_max), .min = 1, .max = kMillion,
        .unit = "proposals", .doc = "How many corrections may wait for a second person at once."},
    {.path = "cashier.operators_max", .slot = SLOT(cashier.operators_max), .min = 1, .max = 100 * kThousand,
        .unit = "operators", .doc = "How many operators there may be at once."},
    {.path = "cashier.holds_max", .slot = SLOT(cashier.holds_max), .min = 1, .max = 100 * kMillion,
        .unit = "holds", .doc = "How many reserved amounts may be open at once; beyond it new ones are refused."},

    {.path = "rng.mode", .slot = SLOT(rng.mode), .choices = "in_process|process",
        .doc = "Where the generators run: in the server, or in a process of their own, without network and files."},
    {.path = "rng.answer_ms", .slot = SLOT(rng.answer_within), .min = 1, .max = 10 * kThousand,
        .unit = "milliseconds",
        .doc = "How long that process may take for one draw; then the round is void, and no game is played until the server is restarted."},
    {.path = "rng.mechanism", .slot = SLOT(rng.mechanism), .choices = "hmac|ctr",
        .doc = "The generator of NIST SP 800-90A: HMAC_DRBG with SHA-256, or CTR_DRBG with AES-256."},
    {.path = "rng.reseed_draws", .slot = SLOT(rng.reseed_draws), .min = 1, .max = 1'048'576,
        .unit = "draws", .doc = "After how many draws a game's stream takes fresh entropy."},
    {.path = "rng.reseed_after_ms", .slot = SLOT(rng.reseed_after), .min = kThousand, .max = 24 * 3600 * kThousand,
        .unit = "milliseconds", .doc = "After how much time a game's stream takes fresh entropy before its next draw."},
    {.path = "rng.prediction_resistance", .slot = SLOT(rng.prediction_resistance),
        .doc = "Fresh entropy in every draw, too."},
    {.path = "rng.audit_key", .slot = SLOT(rng.audit_key),
        .doc = "An auditor's public RSA key (PEM, at least 3072 bits): every seed is kept in the ledger, sealed under it; empty: none is."},

    {.path = "fair.rounds_max", .slot = SLOT(fair.rounds_max), .min = 1, .max = kMillion,
        .unit = "rounds", .doc = "How many rounds one pair of seeds decides; then its server seed is revealed."},
    {.path = "fair.past_kept", .slot = SLOT(fair.past_kept), .min = 1, .max = 1000,
        .unit = "pairs", .doc = "Of how many past pairs a player can ask for the seeds, of each game; older ones stand in the ledger."},

    {.path = "games.directory", .slot = SLOT(games.directory),
        .doc = "Where the games' definitions stand; empty takes the ones built into the binary."},
    {.path = "games.jurisdiction", .slot = SLOT(games.jurisdiction),
        .doc = "Whose variants of the definitions are played; a game that has none for it is played as it is."},
    {.path = "games.closed", .slot = SLOT(games.closed), .doc = "Games that are shown but take no stakes."},

    {.path = "play.slot_cycle_ms", .slot = SLOT(play.slot_cycle), .min = 0, .max = 60 * kThousand,
        .unit = "milliseconds",
        .doc = "From the start of a slot's round to the player's next game, at least; Great Britain asks for 2500, Spain for 3000."},
    {.path = "play.other_cycle_ms", .slot = SLOT(play.other_cycle), .min = 0, .max = 60 * kThousand,
        .unit = "milliseconds",
        .doc = "The same after a round of any other game; Great Britain asks for 5000."},
    {.path = "play.slot_stake_max_minor", .slot = SLOT(play.slot_stake_max_minor), .min = 0, .max = kMillion * kMillion,
        .unit = "minor units",
        .doc = "The largest stake of a slot's round, whatever its definition allows; 0: as that says."},
    {.path = "play.choice_s", .slot = SLOT(play.choice_time), .min = 5, .max = 40 * kDayS,
        .unit = "seconds",
        .doc = "How long a round waits for its player's choice before the game's published rule makes it."},

    {.path = "monitor.sigmas_max", .slot = SLOT(monitor.sigmas_max), .min = 3, .max = 100,
        .unit = "standard errors",
        .doc = "How far a game's return, or the spread of a stream's draws, may be from theory before it is logged as an error."},
    {.path = "monitor.rounds_min", .slot = SLOT(monitor.rounds_min), .min = 100, .max = kMillion * kMillion,
        .unit = "rounds",
        .doc = "How many rounds of a game are needed to say anything about its return."},

    {.path = "modules.enabled", .slot = SLOT(modules.enabled),
        .choices = "rng|fair|ledger|bonus|risk|rounds|session|lobby|cashier", .doc = "The modules that run."},

    {.path = "log.level", .slot = SLOT(log.level), .choices = "trace|debug|info|warn|error",
        .doc = "The least severe lines that are written."},
    {.path = "log.format", .slot = SLOT(log.format), .choices = "auto|pretty|json",
        .doc = "For people or one JSON object a line; auto is pretty on a terminal and JSON elsewhere."},
    {.path = "log.queue_max", .slot = SLOT(log.queue_max), .min = 16, .max = kMillion,
        .unit = "lines", .doc = "How many lines may wait to be written; beyond it the oldest are dropped."},

    {.path = "keys.pool_size", .slot = SLOT(keys.pool_size), .min = 8, .max = kMillion,
        .unit = "keys", .doc = "How many keys for personal data are made durable ahead of their use."},

    {.path = "recording.mode", .slot = SLOT(recording.mode), .choices = "auto|on|off",
        .doc = "Whether what reaches the casino and what leaves it is recorded, for croupier-replay; auto: in demo mode."},
    {.path = "recording.frames", .slot = SLOT(recording.frames), .choices = "digest|full",
        .doc = "What is kept of a frame to a player: a digest, which costs little, or its text, which a difference can be shown in."},
    {.path = "recording.segment_max_bytes", .slot = SLOT(recording.segment_max_bytes), .min = 64 * kKiB, .max = 16 * kGiB,
        .unit = "bytes", .doc = "How large one file of a recording becomes before the next one begins."},
    {.path = "recording.disk_max_bytes", .slot = SLOT(recording.disk_max_bytes), .min = 64 * kKiB, .max = 1'024 * kGiB,
        .unit = "bytes",
        .doc = "How much all recordings may take: older ones are removed, and a new one begins when one has taken half of it."},
    {.path = "recording.queue_max_bytes", .slot = SLOT(recording.queue_max_bytes), .min = kMiB, .max = 4 * kGiB,
        .unit = "bytes", .doc = "How much may wait to be written; beyond it the recording ends, and play goes on."},
    {.path = "recording.state_max_bytes", .slot = SLOT(recording.state_max_bytes), .min = 0, .max = 1 * kGiB,
        .unit = "bytes",
        .doc = "A larger state is not copied into the recording when it begins: a replay then needs the ledger beside it."},
    {.path = "recording.checkpoint_inputs", .slot = SLOT(recording.checkpoint_inputs), .min = 100, .max = 1'000 * kMillion,
        .unit = "inputs",
        .doc = "After how many a small state (1 MiB at most, a fifth of what is recorded) is copied into the recording again, so that its parts can be replayed side by side."},
    {.path = "recording.resume_after_ms", .slot = SLOT(recording.resume_after), .min = 500, .max = 24 * 3600 * kThousand,
        .unit = "milliseconds", .doc = "How long after a recording that could not go on the next one begins."},
});
// clang-format on

#undef SLOT

}  // namespace

std::span<const Key> keys() { return kKeys; }

std::string_view section_of(const Key& key) { return key.path.substr(0, key.path.find('.')); }

std::string_view name_of(const Key& key) { return key.path.substr(key.path.find('.') + 1); }

std::string_view about_section(std::string_view section)
{
    using Row = std::pair<std::string_view, std::string_view>;
    static constexpr auto kAbout = std::to_array<Row>({
        {"server", "The casino as a whole."},
        {"edge", "HTTP and WebSocket: where, with what protection, and every limit of a connection."},
        {"store", "The ledger's writer, the views and the snapshots."},
        {"sessions", "What is kept for a session, and for how long."},
        {"players", "The players as a whole."},
        {"demo", "The money of a demo casino; without effect outside demo mode."},
        {"risk", "Limits on play."},
        {"ledger", "Accounts, the rounds that take bets over more than one input, and the seals of gaming days."},
        {"jackpot",
            "A jackpot over one or several games. What changes here counts from the next start on, and is a fact."},
        {"cashier", "Operators' deposits, withdrawals and corrections."},
        {"rng", "The games' random number generator."},
        {"fair", "The seeds of the provably fair games."},
        {"games", "Which games there are."},
        {"monitor", "What is abnormal of what games return; docs/alerts.yml has rules for sliding periods."},
        {"play", "What a regulator asks of play, beyond the games' own rules."},
        {"modules", "Which parts of the casino run."},
        {"log", "The log on standard error."},
        {"keys", "The keys of personal data, in keys.db."},
        {"recording", "What is kept of every input and output, in recordings/ of the data directory."},
    });
    for (const auto& [name, about] : kAbout) {
        if (name == section) { return about; }
    }
    return {};
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::string expected(const Key& key)
{
    Config defaults;
    const Slot slot = key.slot(defaults);
    std::string choices;
    for (const std::string_view choice : split(key.choices, '|')) {
        choices.append(choices.empty() ? "\"" : ", \"").append(choice).append("\"");
    }
    if (std::holds_alternative<bool*>(slot)) { return "true or false"; }
    if (std::holds_alternative<std::string*>(slot)) { return choices.empty() ? "a string" : "one of " + choices; }
    if (std::holds_alternative<std::vector<std::string>*>(slot)) {
        return choices.empty() ? "a list of strings" : "a list of any of " + choices + ", each once";
    }
    if (std::holds_alternative<std::filesystem::path*>(slot)) { return "a path"; }
    if (std::holds_alternative<Address*>(slot)) { return "HOST:PORT, such as \"127.0.0.1:8080\""; }
    if (std::holds_alternative<Currency*>(slot)) { return "an ISO 4217 currency code, such as \"EUR\", or \"BTC\""; }
    return "a whole number from " + std::to_string(key.min) + " to " + std::to_string(key.max);
}

}  // namespace croupier::config
