#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "books.hpp"

namespace croupier::verify {

struct Options {
    std::filesystem::path directory;  ///< Of a backup, or of a stopped casino.
    Books::Games games;
    std::vector<PublicKey> seal_keys;  ///< Whose signatures seals may have; none: signatures are not checked.
    AuditKeys audit_keys;              ///< For whom seeds may be kept; none: no draw is computed again.
    std::size_t problems_max = 100;    ///< More are counted, and not told one by one.
    std::function<void(Seq done, Seq head)> progress;
};

struct Report {
    std::vector<std::string> problems;  ///< "seq 17: transfers 12: debit_after_minor: expected 900, got 901"
    std::uint64_t problem_count = 0;
    std::uint64_t units = 0;
    std::uint64_t transfers = 0;
    std::uint64_t accounts = 0;
    std::uint64_t rounds = 0;
    std::uint64_t rounds_not_played_again = 0;
    std::uint64_t rounds_proved = 0;   ///< Decided by seeds that were revealed since, and computed again from them.
    std::uint64_t draws_computed = 0;  ///< Again, from seeds that were kept for one of the keys.
    std::uint64_t draws_not_computed = 0;
    std::uint64_t open_holds = 0;
    std::uint64_t open_rounds = 0;
    std::uint64_t seals = 0;
    std::uint64_t signatures = 0;  ///< Of the seals, those that a key was there for.
    Position head;
    std::string views;   ///< In a few words: how views.db compares.
    double seconds = 0;  ///< For the ledger, without the views.
};

/// Checks a ledger and its views without ever writing to them: what has a log of a crash beside it is copied first, the rest is
/// opened as immutable. An error is one sentence: nothing could be checked (no ledger, or a running server has it open).
std::expected<Report, std::string> verify(const Options& options);

}  // namespace croupier::verify
