#include "definitions.hpp"

#include <fstream>
#include <iterator>
#include <optional>

#include "source.hpp"

namespace croupier::definitions {

namespace {

std::optional<std::string> read_file(const std::filesystem::path& path)
{
    std::ifstream file{path, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    return file ? std::optional{std::move(text)} : std::nullopt;
}

std::expected<std::string, std::string> resolved(const std::string& name, std::string_view text,
    std::string_view jurisdiction, const rounds::ReadBeside& read_beside)
{
    auto resolved = rounds::resolve(text, jurisdiction, read_beside);
    if (!resolved) {
        return std::unexpected{name + ": " + resolved.error().path + ": expected " + resolved.error().expected};
    }
    return std::move(*resolved);
}

}  // namespace

std::expected<std::string, std::string> read(const std::filesystem::path& file, std::string_view jurisdiction)
{
    const auto text = read_file(file);
    if (!text) { return std::unexpected{file.string() + ": cannot be read"}; }
    return resolved(file.string(), *text, jurisdiction,
        [&](const std::string& name) { return read_file(file.parent_path() / name); });
}

std::expected<std::string, std::string> read_text(
    const std::string& name, std::string_view text, std::string_view jurisdiction)
{
    return resolved(name, text, jurisdiction, [](const std::string&) { return std::nullopt; });
}

}  // namespace croupier::definitions
