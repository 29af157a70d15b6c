#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

/// What players saw, as JSON for the page that shows it again (modules/lobby/web/src/replay.ts).
namespace croupier::replay {

struct FilmSource {
    std::vector<std::filesystem::path> files;  ///< A recording's segments.
    std::filesystem::path ledger;              ///< As for Stage::open.
};

/// {"recording":"…","sessions":[{"session":"1","player":"1","from":12.5,"to":3600.0,"rounds":7}]}; times in milliseconds
/// since the recording began. Otherwise why it cannot be played.
std::expected<std::string, std::string> sessions_json(const FilmSource& source);

/// One session: {"recording":"…","player":"1","session":"1","length":3600.0,"connected":false,"games":{…},"jackpots":{…},
/// "scenes":[{"at":12.5,"what":"told","frame":{…}}]}. `what` is "sent" (a frame of the player, when it came in), "told" (a
/// frame to the player, when the disk let it go) or "closed" (with "code"). "problem" says where this build cannot go on.
/// `connected`: it was when the recording began.
std::expected<std::string, std::string> film_json(const FilmSource& source, const std::string& session);

}  // namespace croupier::replay
