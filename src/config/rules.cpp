#include <algorithm>
#include <array>

#include "schema.hpp"

namespace croupier::config {

std::vector<ConfigError> check_rules(const Config& config)
{
    std::vector<ConfigError> errors;
    const auto refuse = [&](std::string path, std::string message) {
        const auto set = config.set_by.find(path);
        errors.push_back(
            {set == config.set_by.end() ? "the defaults" : set->second, std::move(path), std::move(message)});
    };
    const Edge& edge = config.edge;
    const bool tls = !edge.tls_certificate.empty() && !edge.tls_key.empty();

    if (config.server.data_dir.empty()) { refuse("server.data_dir", "a path is needed"); }
    if (config.server.test_endpoints && !config.server.demo) {
        refuse(
            "server.test_endpoints", "test endpoints are served in demo mode only; set server.demo (--demo) as well");
    }
    if (edge.tls_certificate.empty() != edge.tls_key.empty()) {
        refuse(edge.tls_key.empty() ? "edge.tls_certificate" : "edge.tls_key",
            "TLS needs both edge.tls_certificate and edge.tls_key");
    }
    if (!is_loopback(edge.listen) && !tls && !edge.insecure) {
        refuse("edge.listen",
            to_string(edge.listen)
                + " can be reached from other machines: set edge.tls_certificate and edge.tls_key, or allow it in the clear "
                  "with edge.insecure (--insecure)");
    }
    if (edge.ping_interval >= edge.silence_max) {
        refuse(
            "edge.ping_interval_ms", "must be below edge.silence_max_ms, or every quiet connection is taken for gone");
    }
    if (edge.frames_burst < edge.frames_per_second) {
        refuse("edge.frames_burst", "must not be below edge.frames_per_second");
    }
    if (edge.outbox_max_bytes < edge.frame_max_bytes) {
        refuse("edge.outbox_max_bytes", "must not be below edge.frame_max_bytes");
    }
    if (config.store.settlement_reserve_bytes > config.store.queue_max_bytes / 2) {
        refuse("store.settlement_reserve_bytes", "must not be more than half of store.queue_max_bytes");
    }
    const Jackpot& jackpot = config.jackpot;
    if (jackpot.fund_ppm + jackpot.reserve_ppm > 1'000'000) {
        refuse("jackpot.reserve_ppm", "together with jackpot.fund_ppm it must not be more than 1000000");
    }
    if (!config.rng.audit_key.empty() && config.rng.prediction_resistance) {
        refuse(
            "rng.audit_key", "what is drawn with rng.prediction_resistance cannot be computed again from kept seeds");
    }
    if (!jackpot.games.empty() && jackpot.name.empty()) { refuse("jackpot.name", "a name is needed"); }
    // Whose commands a module cannot do without. What it only uses when it is there (bonus, lobby) is not listed.
    using Need = std::pair<std::string_view, std::string_view>;
    static constexpr auto kNeeds = std::to_array<Need>({{"rounds", "rng"}, {"rounds", "ledger"}, {"rounds", "risk"},
        {"bonus", "ledger"}, {"session", "ledger"}, {"session", "rounds"}, {"lobby", "rounds"}, {"cashier", "ledger"}});
    const auto enabled = [&](std::string_view module) {
        return std::ranges::find(config.modules.enabled, module) != config.modules.enabled.end();
    };
    for (const auto& [module, needed] : kNeeds) {
        if (enabled(module) && !enabled(needed)) {
            refuse("modules.enabled", "\"" + std::string{module} + "\" needs \"" + std::string{needed} + "\"");
        }
    }
    return errors;
}

}  // namespace croupier::config
