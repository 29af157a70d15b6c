#include <set>

#include "definition.hpp"
#include "dice/dice.hpp"
#include "game.hpp"
#include "roulette/roulette.hpp"
#include "slot/slot.hpp"
#include "video_poker/video_poker.hpp"

namespace croupier::rounds {

namespace {

/// Notices members that are named twice, of which the parser would silently keep the last.
class DuplicateCheck {
public:
    bool operator()(int, nlohmann::json::parse_event_t event, nlohmann::json& parsed)
    {
        using Event = nlohmann::json::parse_event_t;
        if (event == Event::object_start) { open_.emplace_back(); }
        if (event == Event::object_end) { open_.pop_back(); }
        if (event == Event::key && !open_.back().insert(parsed.get<std::string>()).second && !duplicate) {
            duplicate = parsed.get<std::string>();
        }
        return true;
    }

    std::optional<std::string> duplicate;

private:
    std::vector<std::set<std::string>> open_;
};

}  // namespace

std::expected<nlohmann::json, DefinitionError> parse_definition(std::string_view json)
{
    DuplicateCheck check;
    auto parsed = nlohmann::json::parse(json, std::ref(check), /*allow_exceptions=*/false);
    if (parsed.is_discarded() || !parsed.is_object()) { return std::unexpected{DefinitionError{"/", "a JSON object"}}; }
    if (check.duplicate) { return std::unexpected{DefinitionError{"/", "\"" + *check.duplicate + "\" once"}}; }
    return parsed;
}

std::expected<std::unique_ptr<Game>, DefinitionError> load_game(std::string_view json)
{
    const auto parsed = parse_definition(json);
    if (!parsed) { return std::unexpected{parsed.error()}; }
    std::optional<DefinitionError> error;
    const Node root{*parsed, "", error};
    const std::string kind = root["kind"].text(40);
    std::string canonical = parsed->dump();
    const Hash hash = sha256(as_bytes(canonical));
    std::unique_ptr<Game> game;
    if (kind == "slot") {
        game = slot::load(root, hash, std::move(canonical));
    } else if (kind == "roulette") {
        game = roulette::load(root, hash);
    } else if (kind == "dice") {
        game = dice::load(root, hash);
    } else if (kind == "video-poker") {
        game = video_poker::load(root, hash, std::move(canonical));
    } else {
        root["kind"].fail("\"slot\", \"roulette\", \"dice\" or \"video-poker\"");
    }
    if (error) { return std::unexpected{*error}; }
    return game;
}

}  // namespace croupier::rounds
