#include "server_metrics.hpp"

namespace croupier::host {

ServerMetrics::ServerMetrics(Monitor::Options monitor)
    : durable_{registry_.latency("croupier_round_durable_seconds", "From a round's frame to its durable answer.")},
      units_{registry_.counter("croupier_store_units_total", "Units of work made durable.")},
      bytes_{registry_.counter("croupier_store_bytes_total", "Canonical bytes made durable.")},
      batch_{
          registry_.histogram("croupier_store_batch_units", "Units of work a transaction.", metrics::size_bounds(), 1)},
      write_{registry_.latency("croupier_store_write_seconds", "Time of one batch, its sync included.")},
      sync_{registry_.latency("croupier_store_sync_seconds", "Time in which one batch was made durable.")},
      submitted_{registry_.gauge("croupier_ledger_submitted_seq", "Seq of the last unit decided.")},
      committed_{registry_.gauge("croupier_ledger_committed_seq", "Seq of the last durable unit.")},
      views_{registry_.gauge("croupier_views_applied_seq", "Seq up to which the views are true.")},
      snapshot_{registry_.gauge("croupier_snapshot_seq", "Seq of the newest snapshot written by this process.")},
      store_queue_{registry_.gauge("croupier_store_queue_bytes", "Bytes submitted and not yet durable.")},
      disk_low_{registry_.gauge("croupier_store_disk_low", "1 while the disk has too little room for new stakes.")},
      connections_{registry_.gauge("croupier_connections_open", "TCP connections.")},
      sockets_{registry_.gauge("croupier_websockets_open", "WebSockets.")},
      outbox_{registry_.gauge("croupier_outbox_bytes", "Bytes that wait to be sent, over all connections.")},
      sessions_{registry_.gauge("croupier_sessions_open", "Sessions that have not ended.")},
      players_{registry_.gauge("croupier_players_online", "Players with a connection.")},
      bus_queue_{registry_.gauge("croupier_bus_queue", "Events that wait on the bus.")},
      frames_in_{registry_.counter("croupier_frames_received_total", "WebSocket messages received.")},
      frames_out_{registry_.counter("croupier_frames_sent_total", "WebSocket messages sent.")},
      rate_limited_{registry_.counter("croupier_rate_limited_total", "Frames beyond their connection's rate.")},
      slow_closed_{registry_.counter("croupier_slow_closed_total", "Connections closed because they read too slowly.")},
      connections_refused_{registry_.counter("croupier_connections_refused_total", "Connections beyond the limit.")},
      views_dropped_{registry_.counter(
          "croupier_views_dropped_batches_total", "Batches that did not fit the views' queue and were read later.")},
      recording_{registry_.gauge("croupier_recording_active", "1 while inputs and outputs are recorded.")},
      recording_bytes_{registry_.counter("croupier_recording_bytes_total", "Bytes written to this run's recording.")},
      monitor_{registry_, monitor}
{
    static constexpr std::array<std::string_view, 5> kFlows{"spin", "choose", "hello", "query", "http"};
    for (std::size_t i = 0; i < kFlows.size(); ++i) {
        flows_[i].ok = &registry_.counter("croupier_requests_total", "Requests decided, by flow and result.",
            {{"flow", kFlows[i]}, {"result", "ok"}});
        flows_[i].refused = &registry_.counter("croupier_requests_total", "Requests decided, by flow and result.",
            {{"flow", kFlows[i]}, {"result", "refused"}});
        flows_[i].time = &registry_.latency("croupier_request_decision_seconds",
            "Time on the loop to decide a request, without waiting for the disk.", {{"flow", kFlows[i]}});
    }
#define X(code, number, finality, http, meaning) \
    refusals_.emplace(std::uint16_t{number}, \
        &registry_.counter("croupier_refusals_total", \
            "Refusals of HTTP calls, and of frames that were not decided, by code.", {{"code", #code}}));
    CROUPIER_ERROR_CODES(X)
#undef X
}

void ServerMetrics::decided(Flow flow, bool ok, std::chrono::nanoseconds time)
{
    FlowMetrics& metrics = flows_[static_cast<std::size_t>(flow)];
    (ok ? metrics.ok : metrics.refused)->add();
    metrics.time->observe(time);
}

void ServerMetrics::refused(ErrorCode code) { refusals_.at(static_cast<std::uint16_t>(code))->add(); }

void ServerMetrics::committed(const Committed& committed)
{
    units_.add(committed.units);
    bytes_.add(committed.bytes);
    batch_.observe(committed.units);
    write_.observe(committed.write);
    sync_.observe(committed.sync);
}

std::string ServerMetrics::text(Casino& casino, const edge::Edge& edge, const store::SqliteStore& store,
    const store::Views& views, const Recorder* recorder, std::size_t sessions_open, std::size_t players_online)
{
    const auto counts = casino.bus().counts();
    if (messages_.empty()) {
        for (const auto& count : counts) {
            messages_.push_back(
                {&registry_.counter("croupier_bus_messages_total", "Messages over the bus, by name and result.",
                     {{"message", count.name}, {"result", "passed"}}),
                    &registry_.counter("croupier_bus_messages_total", "Messages over the bus, by name and result.",
                        {{"message", count.name}, {"result", "refused"}})});
        }
    }
    for (std::size_t i = 0; i < counts.size(); ++i) {
        messages_[i].passed->raise_to(counts[i].count.passed);
        messages_[i].refused->raise_to(counts[i].count.refused);
    }
    submitted_.set(static_cast<std::int64_t>(raw(casino.submitted().seq)));
    committed_.set(static_cast<std::int64_t>(raw(store.committed().seq)));
    views_.set(static_cast<std::int64_t>(raw(views.applied_seq())));
    snapshot_.set(static_cast<std::int64_t>(raw(views.snapshot_seq())));
    store_queue_.set(static_cast<std::int64_t>(store.queued_bytes()));
    disk_low_.set(store.disk_low() ? 1 : 0);
    bus_queue_.set(static_cast<std::int64_t>(casino.bus().queued()));
    sessions_.set(static_cast<std::int64_t>(sessions_open));
    players_.set(static_cast<std::int64_t>(players_online));
    const auto counters = edge.counters();
    connections_.set(static_cast<std::int64_t>(counters.connections_open));
    sockets_.set(static_cast<std::int64_t>(counters.sockets_open));
    outbox_.set(static_cast<std::int64_t>(counters.outbox_bytes));
    frames_in_.raise_to(counters.frames_in);
    frames_out_.raise_to(counters.frames_out);
    rate_limited_.raise_to(counters.rate_limited);
    slow_closed_.raise_to(counters.slow_closed);
    connections_refused_.raise_to(counters.refused_connections);
    views_dropped_.raise_to(views.dropped_batches());
    if (recorder != nullptr) {
        recording_.set(recorder->running() ? 1 : 0);
        recording_bytes_.raise_to(recorder->bytes_written_in_all());
    }
    return registry_.expose();
}

}  // namespace croupier::host
