#include "worker.hpp"

#include <sys/prctl.h>

#include <csignal>
#include <memory>

#include "adapters/entropy.hpp"
#include "adapters/secrets.hpp"
#include "sandbox.hpp"
#include "streams.hpp"
#include "wire.hpp"

namespace croupier::vault {

namespace {

constexpr int kUsage = 2;
constexpr int kFailed = 1;

Answer answer(rng::Streams& streams, const Request& request)
{
    Answer answer;
    switch (request.op) {
        case Op::seed:
            if (auto kept = streams.seed(request.stream)) {
                answer.kept = std::move(*kept);
            } else {
                answer.failure = streams.failure();
            }
            break;
        case Op::draw:
            if (request.bounds.size() > kValuesMax) {
                answer.failure = "too many values at once";
                break;
            }
            answer.values.resize(request.bounds.size());
            if (!streams.draw(request.stream, request.bounds, answer.values)) { answer = {streams.failure(), {}}; }
            break;
        case Op::test:
            if (!streams.test()) { answer.failure = streams.failure(); }
            break;
        default: answer.failure = "there is no such request"; break;
    }
    return answer;
}

}  // namespace

int work()
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    // Whoever stops the server may tell every process of it: rounds that are under way are still to be drawn.
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) { std::signal(signal, SIG_IGN); }
    adapters::forbid_core_dumps();
    adapters::lock_secrets();
    Bytes packet;
    if (receive_packet(kWorkerSocket, packet) != Received::packet) { return kUsage; }
    const auto start = from_bytes<Request>(packet);
    if (!start || start->op != Op::start) { return kUsage; }
    adapters::OsEntropy os;
    adapters::CpuEntropy cpu;
    // Everything that OpenSSL loads, it has loaded once the known answers have come.
    rng::Streams streams{{.mechanism = start->ctr ? rng::Mechanism::ctr : rng::Mechanism::hmac,
                             .instance = start->stream,
                             .prediction_resistance = start->prediction_resistance,
                             .audit_key = start->audit_key},
        os, adapters::CpuEntropy::present() ? &cpu : nullptr};
    Answer ready{.failure = streams.failure(), .values = {}};
    if (ready.failure.empty() && !enter_sandbox()) {
        ready.failure = "the kernel does not let it give up what it does not need";
    }
    if (!send_packet(kWorkerSocket, to_bytes(ready)) || !ready.failure.empty()) { return kFailed; }

    while (receive_packet(kWorkerSocket, packet) == Received::packet) {
        const auto request = from_bytes<Request>(packet);
        const Answer told = request ? answer(streams, *request)
                                    : Answer{.failure = "a request cannot be read", .values = {}};
        if (!send_packet(kWorkerSocket, to_bytes(told))) { break; }
    }
    return 0;
}

}  // namespace croupier::vault
