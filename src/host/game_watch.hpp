#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "builtin_modules.hpp"

namespace croupier::host {

/// Watches the folder of the games' definitions for a studio, in demo mode: a changed one is offered from the next round on.
class GameWatch {
public:
    explicit GameWatch(const config::Games& config) : config_{config}, seen_{look()} {}

    /// The definitions that are not any more as `known` has them. What is no sound definition is logged, once a change, and left out.
    /// A `stat` for each file, and no more while nothing changes.
    std::vector<GameText> changed(const std::vector<GameText>& known);

private:
    struct Seen {
        std::string file;
        std::filesystem::file_time_type at;
        std::uintmax_t size = 0;
        friend bool operator==(const Seen&, const Seen&) = default;
    };
    std::vector<Seen> look() const;

    const config::Games& config_;
    std::vector<Seen> seen_;
};

}  // namespace croupier::host
