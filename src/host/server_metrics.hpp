#pragma once

#include <array>
#include <chrono>
#include <string>
#include <unordered_map>
#include <vector>

#include "casino.hpp"
#include "croupier/ports.hpp"
#include "croupier/result.hpp"
#include "edge.hpp"
#include "metrics/metrics.hpp"
#include "monitor.hpp"
#include "recorder.hpp"
#include "sqlite_store.hpp"
#include "views.hpp"

namespace croupier::host {

/// What flows through the server, each counted by result and timed.
enum class Flow : std::uint8_t { spin, choose, hello, query, http };

/// The server's own figures for /metrics: rate, errors and duration of each flow, the writer's batches and syncs, the bus,
/// sessions and queues.
class ServerMetrics {
public:
    explicit ServerMetrics(Monitor::Options monitor = {});

    /// A request was decided (`time` from its frame to the end of its unit of work).
    void decided(Flow flow, bool ok, std::chrono::nanoseconds time);
    /// A refusal was sent.
    void refused(ErrorCode code);
    /// A round's answer became durable, so long after its frame came in.
    void durable(std::chrono::nanoseconds time) { durable_.observe(time); }
    void committed(const Committed& committed);
    /// Looks at what games return; on the way, what is abnormal is logged.
    void watch(Casino& casino, WallTime now) { monitor_.look(casino, now); }

    /// The page for Prometheus. Figures that others keep are read now.
    std::string text(Casino& casino, const edge::Edge& edge, const store::SqliteStore& store, const store::Views& views,
        const Recorder* recorder, std::size_t sessions_open, std::size_t players_online);

private:
    struct FlowMetrics {
        metrics::Counter* ok;
        metrics::Counter* refused;
        metrics::Histogram* time;
    };
    struct Message {
        metrics::Counter* passed;
        metrics::Counter* refused;
    };

    metrics::Registry registry_;
    std::array<FlowMetrics, 5> flows_{};
    std::unordered_map<std::uint16_t, metrics::Counter*> refusals_;
    metrics::Histogram& durable_;
    metrics::Counter& units_;
    metrics::Counter& bytes_;
    metrics::Histogram& batch_;
    metrics::Histogram& write_;
    metrics::Histogram& sync_;
    std::vector<Message> messages_;  // In the order of Bus::counts(); made on the first exposition.
    metrics::Gauge& submitted_;
    metrics::Gauge& committed_;
    metrics::Gauge& views_;
    metrics::Gauge& snapshot_;
    metrics::Gauge& store_queue_;
    metrics::Gauge& disk_low_;
    metrics::Gauge& connections_;
    metrics::Gauge& sockets_;
    metrics::Gauge& outbox_;
    metrics::Gauge& sessions_;
    metrics::Gauge& players_;
    metrics::Gauge& bus_queue_;
    metrics::Counter& frames_in_;
    metrics::Counter& frames_out_;
    metrics::Counter& rate_limited_;
    metrics::Counter& slow_closed_;
    metrics::Counter& connections_refused_;
    metrics::Counter& views_dropped_;
    metrics::Gauge& recording_;
    metrics::Counter& recording_bytes_;
    Monitor monitor_;
};

}  // namespace croupier::host
