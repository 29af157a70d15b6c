#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "casino.hpp"
#include "croupier/messages/rng.hpp"
#include "croupier/messages/rounds.hpp"
#include "metrics/metrics.hpp"

namespace croupier::host {

/// Watches what games return and how draws are spread, since this process began, against theory (GLI-19 A.6.1, A.6.2). It
/// reads what modules counted and decides nothing: what it finds goes to /metrics and, when it is beyond the bound, into the
/// log. docs/alerts.yml has rules for longer and for sliding periods.
class Monitor {
public:
    struct Options {
        double sigmas_max = 6;
        std::uint64_t rounds_min = 10'000;  ///< Fewer say nothing: a few large wins make any figure.
    };

    Monitor(metrics::Registry& registry, Options options) : registry_{registry}, options_{options} {}

    /// Reads what has been counted by now. A few microseconds; for /metrics, and every now and then.
    void look(Casino& casino, WallTime now);

private:
    struct Game {
        metrics::Counter& rounds;
        metrics::Counter& voided;
        metrics::Counter& staked;
        metrics::Counter& won;
        metrics::Counter& returned;
        metrics::Counter& expected;
        metrics::Counter& deviation;
        metrics::Gauge& sigmas;
        bool abnormal = false;
    };
    struct Stream {
        metrics::Counter& values;
        metrics::Gauge& sigmas;
        bool abnormal = false;
    };

    void look(const rounds::Tally& tally);
    void look(const std::string& stream, const rng::Spreads& spreads);

    metrics::Registry& registry_;
    Options options_;
    std::map<std::string, Game> games_;
    std::map<std::string, Stream> streams_;
};

/// How far the mean return is from the expected one, in standard errors; by the deviations that were seen. 0: it cannot be said.
double return_sigmas(const rounds::Tally& tally);

/// How far the spreads of one stream are from even ones: the sum of their chi-squares less their degrees of freedom, in
/// standard deviations of it. Those with less than five values expected in a part say nothing. 0: none says anything.
double spread_sigmas(const std::string& stream, const rng::Spreads& spreads);

}  // namespace croupier::host
