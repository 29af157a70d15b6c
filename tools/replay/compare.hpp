#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recording.hpp"
#include "stage.hpp"

/// What a replay did otherwise than the recording, and whether somebody has accepted that it does.
namespace croupier::replay {

/// An item for people and for comparisons: its kind, its members by name, texts that are JSON as JSON.
nlohmann::json presented(const Happened& item);
/// Likewise an input.
nlohmann::json presented(const Step& step);

/// A frame as a recording of digests has it; anything else as it is.
Happened digested(const Happened& frame);

/// One thing that was told otherwise: then, now, or both (in the same place of the order).
struct Difference {
    std::optional<Happened> then;
    std::optional<Happened> now;
};
std::vector<Difference> differences(const std::vector<Happened>& then, const std::vector<Happened>& now);
/// Whether there are none.
bool agree(const std::vector<Happened>& then, const std::vector<Happened>& now);

/// Differences that are meant to be there, one rule a line: what it is about, where, and why.
///     frame    /text/ok/win          # RTP of lucky-lines 96.2 since definition 3
///     unit     *                     # follows from that
/// The first word is an item's kind; the second a JSON pointer (RFC 6901) into what is presented of it, "*" for any one
/// member; whatever stands beneath is accepted too, and "*" alone accepts all. A rule without a reason is refused.
class Accepted {
public:
    static std::expected<Accepted, std::string> load(const std::filesystem::path& file);
    bool nothing() const noexcept { return rules_.empty(); }
    /// Whether every part of the difference is meant to be there.
    bool covers(const Difference& difference) const;

private:
    struct Rule {
        std::string kind;
        std::vector<std::string> path;
        bool all = false;
    };
    bool covers(std::string_view kind, std::string_view pointer) const;
    std::vector<Rule> rules_;
};

/// The difference for people: the item's kind, then each member that differs, with what stood there then and now.
std::string told(const Difference& difference);

/// Who is behind a connection, learnt from the welcome frames that pass.
class Who {
public:
    struct Person {
        std::string player;
        std::string session;
    };
    /// Who was connected when a recording began in the middle of play.
    void learn(const host::Opening& opening);
    void learn(const std::vector<Happened>& happened);
    const Person* find(ConnectionId connection) const;
    std::optional<ConnectionId> connection_of(const std::string& session) const;
    bool anybody() const noexcept { return !people_.empty(); }

private:
    std::map<ConnectionId, Person> people_;
};
/// The connection or call that a step is about; 0 if none.
ConnectionId connection_of(const Step& step);

/// "21:47:18.123456"
std::string clock_time(WallTime at);

}  // namespace croupier::replay
