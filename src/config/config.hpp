#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "croupier/money.hpp"

/// The configuration: what a file and the command line may set, with the defaults as the members' initial values.
/// Every key is described once, in schema.cpp; docs/configuration.md is made from that table.
namespace croupier::config {

/// Where to listen: "127.0.0.1:8080", "[::1]:8080", "localhost:8080".
struct Address {
    std::string host;
    std::uint16_t port = 0;  ///< 0 takes a free one.

    friend bool operator==(const Address&, const Address&) = default;
};
std::optional<Address> parse_address(std::string_view text);
std::string to_string(const Address& address);
/// Whether only this machine can reach the address: 127.0.0.0/8, ::1 or localhost.
bool is_loopback(const Address& address);

struct Server {
    std::filesystem::path data_dir = "data";
    bool demo = false;
    Currency currency = *Currency::from_code("EUR");
    std::chrono::milliseconds drain_timeout{5'000};
    bool core_dumps = false;
    bool test_endpoints = false;
};

struct Edge {
    Address listen{"127.0.0.1", 8080};
    std::filesystem::path tls_certificate;  ///< Empty: no TLS.
    std::filesystem::path tls_key;          ///< Empty exactly when tls_certificate is.
    bool insecure = false;
    std::vector<std::string> origins;
    std::size_t connections_max = 10'000;
    std::size_t http_header_max_bytes = 16 * 1024;
    std::size_t http_body_max_bytes = 64 * 1024;
    std::size_t frame_max_bytes = 16 * 1024;
    std::size_t outbox_max_bytes = 256 * 1024;
    std::uint32_t frames_per_second = 50;
    std::uint32_t frames_burst = 100;
    std::uint32_t frames_excess_max = 1'000;
    std::chrono::milliseconds request_timeout{10'000};
    std::chrono::milliseconds idle_timeout{60'000};
    std::chrono::milliseconds ping_interval{15'000};
    std::chrono::milliseconds silence_max{45'000};
    std::chrono::milliseconds hello_timeout{5'000};
};

struct Store {
    std::size_t queue_max_bytes = 64 * 1024 * 1024;
    std::size_t settlement_reserve_bytes = 8 * 1024 * 1024;
    std::size_t batch_units_max = 4'096;
    std::uint64_t disk_free_min_bytes = 256 * 1024 * 1024;
    std::uint64_t snapshot_units = 50'000;
    std::uint64_t verify_tail_units = 10'000;
    std::size_t query_queue_max = 256;
};

struct Sessions {
    std::chrono::seconds lifetime{86'400 * 30};
    std::chrono::seconds idle{1'800};
    std::uint32_t answers_kept = 16;
    std::uint32_t pushes_kept = 64;
    std::uint32_t refusals_max = 1'000;
    std::size_t sessions_max = 100'000;
    std::uint32_t malformed_max = 20;
};

struct Players {
    std::size_t players_max = 1'000'000;
};

struct Demo {
    std::int64_t grant_minor = 100'000;
    std::int64_t bank_capital_minor = 100'000'000'000;
};

struct Risk {
    std::int64_t stake_max_minor = 0;  ///< 0: no limit besides the games' own.
};

struct Ledger {
    std::size_t rounds_in_play_max = 10'000;
    std::size_t round_bets_max = 1'000;
    std::uint32_t day_starts_minute = 0;  ///< After midnight UTC.
    std::filesystem::path seal_key;       ///< Empty: seal.pem in the data directory.
};

/// One jackpot over one or several games: modules/ledger/README.md has its rules.
struct Jackpot {
    std::vector<std::string> games;  ///< None: there is no jackpot.
    std::string name = "house";
    std::uint32_t fund_ppm = 10'000;
    std::uint32_t reserve_ppm = 2'000;
    std::int64_t seed_minor = 100'000;
    std::int64_t cap_minor = 0;  ///< 0: none.
    std::uint32_t odds_minor = 50'000'000;
};

struct Cashier {
    std::int64_t adjust_alone_max_minor = 10'000;
    std::chrono::seconds withdrawal_expires{7 * 86'400};
    std::size_t keys_max = 1'000'000;
    std::size_t proposals_max = 1'000;
    std::size_t operators_max = 1'000;
    std::size_t holds_max = 100'000;
};

struct Rng {
    std::string mode = "in_process";  ///< "in_process" or "process"
    std::chrono::milliseconds answer_within{100};
    std::string mechanism = "hmac";  ///< "hmac" or "ctr"
    std::uint64_t reseed_draws = 1'000'000;
    std::chrono::milliseconds reseed_after{3'600'000};
    bool prediction_resistance = false;
    std::filesystem::path audit_key;  ///< Empty: seeds are kept for nobody.
};

struct Fair {
    std::uint64_t rounds_max = 10'000;
    std::uint64_t past_kept = 20;
};

struct Games {
    std::filesystem::path directory;  ///< Empty: the games built into the binary.
    std::vector<std::string> closed;
    std::string jurisdiction;  ///< Whose variants of the definitions are played; empty: none's.
};

/// What a jurisdiction asks of play.
struct Play {
    std::chrono::milliseconds slot_cycle{0};
    std::chrono::milliseconds other_cycle{0};
    std::int64_t slot_stake_max_minor = 0;  ///< 0: as the games say.
    std::chrono::seconds choice_time{86'400};
};

/// When what games return, or how draws are spread, is abnormal.
struct Monitor {
    std::uint32_t sigmas_max = 6;
    std::uint64_t rounds_min = 10'000;
};

struct Modules {
    std::vector<std::string> enabled{"rng", "fair", "ledger", "bonus", "risk", "rounds", "session", "lobby", "cashier"};
};

struct Log {
    std::string level = "info";   ///< "trace", "debug", "info", "warn" or "error"
    std::string format = "auto";  ///< "auto", "pretty" or "json"
    std::size_t queue_max = 8'192;
};

struct Recording {
    std::string mode = "auto";      ///< "auto": in demo mode; "on" or "off"
    std::string frames = "digest";  ///< "digest" or "full"
    std::chrono::milliseconds resume_after{60'000};
    std::uint64_t segment_max_bytes = 64 * 1024 * 1024;
    std::uint64_t disk_max_bytes = 1024 * 1024 * 1024;
    std::size_t queue_max_bytes = 32 * 1024 * 1024;
    std::size_t state_max_bytes = 64 * 1024 * 1024;
    std::uint64_t checkpoint_inputs = 20'000;
};

struct Keys {
    std::size_t pool_size = 1'024;
};

/// The effective configuration: defaults, then the file, then the command line.
struct Config {
    Server server;
    Edge edge;
    Store store;
    Sessions sessions;
    Players players;
    Demo demo;
    Risk risk;
    Ledger ledger;
    Jackpot jackpot;
    Cashier cashier;
    Rng rng;
    Fair fair;
    Games games;
    Play play;
    Monitor monitor;
    Modules modules;
    Log log;
    Keys keys;
    Recording recording;
    /// Who set each key that somebody set: its path → the file's name, or "--set". All others have their default.
    std::map<std::string, std::string, std::less<>> set_by;
};

/// What is wrong with a configuration, for people.
struct ConfigError {
    std::string source;   ///< The file's name, or "--set".
    std::string path;     ///< "edge.frames_burst"; empty when it is about the whole file.
    std::string message;  ///< "expected a whole number from 1 to 1000000, found \"many\""
};
/// "config/croupier.json: edge.frames_burst: expected a whole number from 1 to 1000000, found \"many\""
std::string to_string(const ConfigError& error);

/// The defaults, changed by `file` (JSON with comments), changed by `overrides` ("edge.frames_burst=200", later ones win).
/// Either every key is known, of its type and in its range, and the rules between keys hold, or all errors are told.
std::expected<Config, std::vector<ConfigError>> load(
    const std::optional<std::filesystem::path>& file, std::span<const std::string> overrides);
/// Likewise for a file's text; `source` names it in errors.
std::expected<Config, std::vector<ConfigError>> parse(
    std::string_view text, std::string_view source, std::span<const std::string> overrides);

/// All effective values as JSON, secrets masked. With origins: each line ends in a comment that says who set it.
std::string print(const Config& config, bool with_origins = false);
/// docs/configuration.md: every key with type, range, unit, default and meaning.
std::string document();

}  // namespace croupier::config
