#include "read_ahead.hpp"

#include <utility>

namespace croupier::store {

namespace {

constexpr std::size_t kReadFacts = 32'768;  // Some megabytes.

}  // namespace

ReadAhead::ReadAhead(LedgerFile& ledger, Seq from) : ledger_{ledger}, from_{from} { read_on(); }

std::expected<std::span<const StoredUnit>, std::string> ReadAhead::next()
{
    if (const auto read = reading_.get(); !read) { return std::unexpected{read.error()}; }
    now_.swap(ahead_);
    if (!now_.empty()) { from_ = croupier::next(now_.back().content.seq); }
    read_on();
    return now_;
}

void ReadAhead::read_on()
{
    // Where no thread can be had, it is read when it is asked for.
    reading_ = std::async([this] { return ledger_.read_rows(from_, kReadFacts, ahead_); });
}

}  // namespace croupier::store
