#include "script.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

namespace croupier::load {

std::optional<std::string> read_script(const std::string& file, Plan& plan)
{
    static constexpr std::uint64_t kSessionsMax = 100'000;
    std::ifstream in{file};
    std::string text;
    for (std::size_t number = 1; std::getline(in, text); ++number) {
        nlohmann::json line = nlohmann::json::parse(text, nullptr, false);
        const auto is_number = [&](const char* name) { return line.contains(name) && line[name].is_number_unsigned(); };
        if (!line.is_object() || !is_number("session") || !is_number("at_ms") || line["session"] >= kSessionsMax) {
            return file + ":" + std::to_string(number) + ": expected {\"session\":0,\"at_ms\":1234,\"game\":…}";
        }
        const auto session = line["session"].get<std::size_t>();
        if (plan.script.size() <= session) { plan.script.resize(session + 1); }
        Line command{.at = std::chrono::milliseconds{line["at_ms"].get<std::uint64_t>()}, .members = {}};
        line.erase("session");
        line.erase("at_ms");
        const std::string object = line.dump();
        command.members = object.substr(1, object.size() - 2);
        plan.script[session].push_back(std::move(command));
    }
    if (plan.script.empty()) { return file + ": there is no command in it"; }
    plan.sessions = plan.script.size();
    plan.ignore_refusals = true;
    return std::nullopt;
}

}  // namespace croupier::load
