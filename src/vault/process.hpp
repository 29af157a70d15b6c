#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "croupier/bytes.hpp"
#include "generators.hpp"
#include "wire.hpp"

namespace croupier::vault {

/// The generators in a process of their own, which has no network and no files: one blocking call a draw, never ahead of it. An
/// answer that does not come in time, a worker that has ended, and whatever the worker itself says end it, as any failure of a
/// generator does: nothing is drawn any more, and nobody starts another worker silently. One thread's.
class Process final : public rng::Generators {
public:
    struct Options {
        std::filesystem::path program = "/proc/self/exe";  ///< Run as `program rng work`.
        bool ctr = false;
        std::string instance;
        bool prediction_resistance = false;
        std::string audit_key;  ///< As rng::StreamsOptions has it.
        std::chrono::milliseconds answer_within{100};
        std::chrono::milliseconds start_within{10'000};
    };

    /// Starts the worker and waits until its tests are done. Look at ready().
    explicit Process(const Options& options);
    ~Process() override;
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    Result<KeptSeed> seed(std::string_view stream) override;
    Result<void> draw(std::string_view stream, std::span<const Bound> bounds, std::span<Value> values) override;
    bool test() override;

    /// For tests and tools; -1 once it was ended.
    pid_t worker() const noexcept { return worker_; }

private:
    bool start(const std::filesystem::path& program);
    void set_patience(std::chrono::milliseconds patience) const;
    /// nullopt: it failed, and the worker is ended.
    std::optional<Answer> ask(const Request& request);
    void fail(std::string why);
    void end();

    int socket_ = -1;
    pid_t worker_ = -1;
    std::chrono::milliseconds answer_within_;
    std::chrono::milliseconds start_within_;
    Bytes packet_;
};

}  // namespace croupier::vault
