#include "support.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <limits>

#include <unistd.h>

namespace croupier::store::test {

TempDir::TempDir()
{
    static std::atomic<int> count{0};
    path_ = std::filesystem::temp_directory_path()
        / ("croupier-store-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
    std::filesystem::create_directories(path_);
}

TempDir::~TempDir()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::shared_ptr<const Unit> Chain::add(UnitContent content)
{
    content.first_transfer = next_transfer_;
    content.first_event = next_event_;
    for (auto& transfer : content.transfers) {
        transfer.id = next_transfer_;
        next_transfer_ = next(next_transfer_);
    }
    next_event_ = EventId{raw(next_event_) + content.events.size()};
    auto unit = std::make_shared<const Unit>(seal_unit(content, head_));
    head_ = unit->position;
    return unit;
}

std::shared_ptr<const Unit> Chain::spin()
{
    const std::uint64_t n = raw(head_.seq) + 1;
    UnitContent content;
    content.at = from_micros(1'700'000'000'000'000 + static_cast<std::int64_t>(n));
    content.request.scope = 7;
    content.request.key = to_bytes(n);
    content.request.content_hash = sha256(content.request.key);
    content.request.answer = R"({"re":)" + std::to_string(n) + R"(,"ok":{"op":"spin","stake":100,"win":0}})";
    content.transfers.push_back({.debit = AccountId{5},
        .credit = AccountId{1},
        .amount = 100,
        .currency = euro(),
        .code = ledger::TransferCode::stake,
        .reference = n,
        .debit_after = 10'000,
        .credit_after = 20'000,
        .debit_version = n,
        .credit_version = n});
    content.events.push_back({.stream = 3, .type = 200, .after_transfers = 1, .body = Bytes(60, std::byte{42})});
    return add(std::move(content));
}

Units Chain::spins(std::size_t count)
{
    Units units;
    for (std::size_t i = 0; i < count; ++i) { units.push_back(spin()); }
    return units;
}

namespace {

std::uint64_t any_number(std::mt19937_64& random)
{
    switch (random() % 4) {
        case 0: return 0;
        case 1: return random() % 1000;
        case 2: return random();
        default: return std::numeric_limits<std::uint64_t>::max();
    }
}

std::int64_t any_integer(std::mt19937_64& random) { return static_cast<std::int64_t>(any_number(random)); }

Bytes any_bytes(std::mt19937_64& random, std::size_t size_max)
{
    Bytes bytes(random() % 3 == 0 ? 0 : random() % (size_max + 1));
    for (auto& byte : bytes) { byte = static_cast<std::byte>(random()); }
    return bytes;
}

}  // namespace

std::shared_ptr<const Unit> Chain::any(std::mt19937_64& random)
{
    UnitContent content;
    content.at = from_micros(any_integer(random));
    content.request.scope = any_number(random);
    content.request.key = any_bytes(random, 64);
    for (auto& byte : content.request.content_hash) { byte = static_cast<std::byte>(random()); }
    content.request.result = static_cast<std::uint16_t>(random());
    content.request.answer = std::string{as_text(any_bytes(random, random() % 20 == 0 ? 20'000 : 200))};
    const std::array currencies{euro(), *Currency::from_code("JPY"), *Currency::from_code("KWD")};
    for (std::uint64_t i = random() % 4; i > 0; --i) {
        content.transfers.push_back({.debit = AccountId{any_number(random)},
            .credit = AccountId{any_number(random)},
            .amount = static_cast<std::int64_t>(1 + random() % (std::uint64_t{1} << 62)),
            .currency = currencies[random() % currencies.size()],
            .code = static_cast<ledger::TransferCode>(1 + random() % 4),
            .reference = any_number(random),
            .debit_after = any_integer(random),
            .credit_after = any_integer(random),
            .debit_version = any_number(random),
            .credit_version = any_number(random)});
    }
    std::uint32_t after = 0;
    for (std::uint64_t i = random() % 4; i > 0; --i) {
        after += static_cast<std::uint32_t>(random() % (content.transfers.size() - after + 1));
        content.events.push_back({.stream = any_number(random),
            .type = static_cast<std::uint16_t>(100 + random() % 65'000),
            .after_transfers = after,
            .body = any_bytes(random, random() % 20 == 0 ? 10'000 : 120)});
    }
    return add(std::move(content));
}

Currency euro() { return *Currency::from_code("EUR"); }

std::unique_ptr<LedgerFile> open_ledger(const std::filesystem::path& path, LedgerOptions options)
{
    auto ledger = LedgerFile::open(path, options);
    INFO((ledger ? "" : ledger.error()));
    REQUIRE(ledger);
    return std::move(*ledger);
}

void append(LedgerFile& ledger, const Units& units)
{
    const auto times = ledger.append(units);
    INFO((times ? "" : times.error()));
    REQUIRE(times);
}

void check_holds(LedgerFile& ledger, const Units& units)
{
    REQUIRE(ledger.head() == (units.empty() ? Position{} : units.back()->position));
    const auto broken = ledger.verify();
    REQUIRE(broken);
    INFO((*broken ? (*broken)->what : ""));
    REQUIRE(!*broken);
    const auto read = ledger.read(Seq{1}, std::numeric_limits<std::size_t>::max());
    REQUIRE(read);
    REQUIRE(read->size() == units.size());
    for (std::size_t i = 0; i < units.size(); ++i) {
        REQUIRE((*read)[i]->position == units[i]->position);
        REQUIRE((*read)[i]->bytes == units[i]->bytes);
    }
}

std::function<void(std::move_only_function<void()>)> TestLoop::poster()
{
    return [this](std::move_only_function<void()> task) {
        {
            const std::lock_guard lock{mutex_};
            tasks_.push_back(std::move(task));
        }
        wake_.notify_one();
    };
}

void TestLoop::run_until(const std::function<bool()>& done)
{
    while (!done()) {
        std::move_only_function<void()> task;
        {
            std::unique_lock lock{mutex_};
            const bool posted = wake_.wait_for(lock, std::chrono::seconds{60}, [&] { return !tasks_.empty(); });
            REQUIRE(posted);
            task = std::move(tasks_.front());
            tasks_.pop_front();
        }
        task();
    }
}

std::size_t TestLoop::run_posted()
{
    std::deque<std::move_only_function<void()>> tasks;
    {
        const std::lock_guard lock{mutex_};
        tasks.swap(tasks_);
    }
    for (auto& task : tasks) { task(); }
    return tasks.size();
}

}  // namespace croupier::store::test
