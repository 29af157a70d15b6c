#include "source.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <vector>

#include "definition.hpp"

namespace croupier::rounds {

namespace {

using Json = nlohmann::json;

/// A name of a file in the same folder, and not a way out of it.
bool is_csv_name(std::string_view name)
{
    return name.size() > 4 && name.ends_with(".csv") && name.front() != '.' && name.find('/') == std::string_view::npos;
}

std::vector<std::string_view> split(std::string_view text, char by)
{
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find(by, at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

/// The strips as JSON; else what was expected, and where.
std::expected<Json, std::string> parse_csv(std::string_view csv)
{
    Json strips = Json::array();
    auto lines = split(csv, '\n');
    if (lines.back().empty()) { lines.pop_back(); }
    for (std::size_t row = 0; row < lines.size(); ++row) {
        std::string_view line = lines[row];
        if (line.ends_with('\r')) { line.remove_suffix(1); }
        const auto cells = split(line, ',');
        const std::string where = "line " + std::to_string(row + 1) + ": ";
        if (row == 0) { strips = Json(cells.size(), Json::array()); }
        if (cells.size() != strips.size()) {
            return std::unexpected{where + "as many columns as the first line has, " + std::to_string(strips.size())};
        }
        for (std::size_t reel = 0; reel < cells.size(); ++reel) {
            if (cells[reel].empty()) { continue; }
            if (strips[reel].size() != row) { return std::unexpected{where + "no symbol below an empty cell"}; }
            strips[reel].push_back(std::string{cells[reel]});
        }
    }
    return strips;
}

/// Puts the file in whose name `at` is, if it is a text.
std::optional<DefinitionError> put_in(Json& at, const std::string& path, const ReadBeside& read)
{
    if (!at.is_string()) { return std::nullopt; }
    const auto name = at.get<std::string>();
    if (!is_csv_name(name)) { return DefinitionError{path, "strips, or the name of a .csv file beside this one"}; }
    const auto text = read(name);
    if (!text) { return DefinitionError{path, "a file that can be read; " + name + " cannot"}; }
    auto strips = parse_csv(*text);
    if (!strips) { return DefinitionError{path, "in " + name + ", " + strips.error()}; }
    at = std::move(*strips);
    return std::nullopt;
}

}  // namespace

std::expected<std::string, DefinitionError> resolve(
    std::string_view json, std::string_view jurisdiction, const ReadBeside& read)
{
    auto parsed = parse_definition(json);
    if (!parsed) { return std::unexpected{std::move(parsed.error())}; }
    Json& root = *parsed;
    bool changed = false;
    if (const auto variants = root.find("variants"); variants != root.end()) {
        const Json all = std::move(*variants);
        root.erase(variants);
        changed = true;
        if (!all.is_object()) { return std::unexpected{DefinitionError{"/variants", "an object"}}; }
        for (const auto& [name, variant] : all.items()) {
            const std::string path = "/variants/" + name;
            if (!variant.is_object()) { return std::unexpected{DefinitionError{path, "an object"}}; }
            for (const char* fixed : {"kind", "game", "variants"}) {
                if (variant.contains(fixed)) {
                    return std::unexpected{DefinitionError{path + "/" + fixed, "nothing: it is the game's"}};
                }
            }
            if (name == jurisdiction) { root.merge_patch(variant); }
        }
    }
    std::vector<std::pair<Json*, std::string>> strips;
    if (const auto own = root.find("strips"); own != root.end()) { strips.emplace_back(&*own, "/strips"); }
    if (const auto free = root.find("free_spins");
        free != root.end() && free->is_object() && free->contains("strips")) {
        strips.emplace_back(&(*free)["strips"], "/free_spins/strips");
    }
    for (const auto& [at, path] : strips) {
        changed = changed || at->is_string();
        if (auto problem = put_in(*at, path, read)) { return std::unexpected{std::move(*problem)}; }
    }
    return changed ? root.dump() : std::string{json};
}

std::string strips_csv(std::string_view json)
{
    const auto parsed = parse_definition(json);
    if (!parsed || !parsed->contains("strips")) { return {}; }
    const auto strips = (*parsed)["strips"].get<std::vector<std::vector<std::string>>>();
    std::size_t longest = 0;
    for (const auto& strip : strips) { longest = std::max(longest, strip.size()); }
    std::string csv;
    for (std::size_t row = 0; row < longest; ++row) {
        for (std::size_t reel = 0; reel < strips.size(); ++reel) {
            if (reel > 0) { csv += ','; }
            if (row < strips[reel].size()) { csv += strips[reel][row]; }
        }
        csv += '\n';
    }
    return csv;
}

}  // namespace croupier::rounds
