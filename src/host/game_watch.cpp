#include "game_watch.hpp"

#include <algorithm>

#include "adapters/log.hpp"

namespace croupier::host {

std::vector<GameWatch::Seen> GameWatch::look() const
{
    std::vector<Seen> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator{config_.directory, error}) {
        const auto kind = entry.path().extension();
        if (kind == ".json" || kind == ".csv") {
            files.push_back({entry.path().string(), entry.last_write_time(error), entry.file_size(error)});
        }
    }
    std::ranges::sort(files, {}, &Seen::file);
    return files;
}

std::vector<GameText> GameWatch::changed(const std::vector<GameText>& known)
{
    std::vector<GameText> changed;
    auto now = look();
    if (now == seen_) { return changed; }
    seen_ = std::move(now);
    const auto texts = read_games(config_);
    if (!texts) {
        log::warn("games", "a changed definition is not offered", {{"why", texts.error()}});
        return changed;
    }
    for (const GameText& text : *texts) {
        const auto before = std::ranges::find(known, text.file, &GameText::file);
        if (before == known.end()) {
            log::warn("games", "a new game is offered from the next start on", {{"file", text.file}});
            continue;
        }
        if (before->text == text.text) { continue; }
        if (const auto sound = load_games(std::vector{text}); !sound) {
            log::warn("games", "a changed definition is not offered", {{"why", sound.error()}});
            continue;
        }
        changed.push_back(text);
    }
    return changed;
}

}  // namespace croupier::host
