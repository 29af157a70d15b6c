#include "full_path.hpp"

#include "ledger_module.hpp"
#include "recovery.hpp"

namespace croupier::bench {

namespace {

constexpr std::int64_t kGrant = 1'000'000'000'000;
constexpr std::uint64_t kPlayersAnInput = 500;
const WallTime kNow = from_micros(1'795'460'520'000'000);

}  // namespace

void Loop::post(std::move_only_function<void()> task)
{
    {
        const std::lock_guard lock{mutex_};
        tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
}

void Loop::run_ready()
{
    std::deque<std::move_only_function<void()>> ready;
    {
        const std::lock_guard lock{mutex_};
        ready.swap(tasks_);
    }
    for (auto& task : ready) { task(); }
}

void Loop::run_one_turn(Ticks::time_point until)
{
    {
        std::unique_lock lock{mutex_};
        wake_.wait_until(lock, until, [&] { return !tasks_.empty(); });
    }
    run_ready();
}

Currency currency() { return Currency::from_code("EUR").value(); }

std::unique_ptr<host::Casino> make_casino()
{
    std::vector<std::unique_ptr<Module>> modules;
    modules.push_back(ledger::make_module({.currency = currency(), .bank_capital = kGrant}));
    return std::make_unique<host::Casino>(std::move(modules));
}

std::unique_ptr<store::LedgerFile> open_ledger(const std::filesystem::path& directory)
{
    auto ledger = store::LedgerFile::open(directory / "ledger.db");
    if (!ledger) { give_up(ledger.error()); }
    return std::move(*ledger);
}

Players::Players(host::Casino& casino) : casino_{casino}, n_{raw(casino.submitted().seq)} {}

void Players::open()
{
    casino_.start(kNow, nowhere_);
    for (std::uint64_t first = 1; first <= kPlayers; first += kPlayersAnInput) {
        casino_.input(kNow, nowhere_, [&](Context& context) {
            for (std::uint64_t player = first; player < first + kPlayersAnInput; ++player) {
                const bool opened = casino_.bus().send(ledger::OpenPlayer{PlayerId{player}}, context).has_value();
                const bool granted =
                    casino_.bus().send(ledger::GrantPromo{PlayerId{player}, kGrant}, context).has_value();
                CROUPIER_ASSERT(opened && granted);
            }
            return true;
        });
    }
}

// A request as the session module records it: scope and key, the hash of what was asked, and the answer as text.
void Players::decide(Kind kind, std::uint64_t player)
{
    ++n_;
    casino_.input(kNow, nowhere_, [&](Context& context) {
        const ledger::TakeStake stake{
            .player = PlayerId{player}, .round = RoundId{n_}, .stake = 20, .win_max = 100'000};
        const auto balance = casino_.bus().send(stake, context);
        CROUPIER_ASSERT(balance.has_value());
        const ledger::PayWin win{.player = PlayerId{player}, .round = RoundId{n_}, .win = 19};
        for (std::size_t made = 1; made < transfers_in(kind); ++made) {
            const bool paid = casino_.bus().send(win, context).has_value();
            CROUPIER_ASSERT(paid);
        }
        if (kind == Kind::spin) {
            context.work.add(rounds::Settled{
                .round = RoundId{n_}, .player = PlayerId{player}, .game = "lucky-lines", .stake = 20, .win = 19});
        }
        RequestRecord request{.scope = player, .content_hash = sha256(to_bytes(stake))};
        ByteWriter{request.key}.write(n_);
        request.answer = R"({"ok":{"balance":")" + std::to_string(balance->available) + R"("}})";
        context.work.add(std::move(request));
        return true;
    });
}

FullPath::FullPath(std::filesystem::path directory, std::size_t batch) : directory_{std::move(directory)}, batch_{batch}
{
    std::filesystem::create_directories(directory_);
    auto ledger = open_ledger(directory_);
    auto recovered = host::recover(
        *ledger, currency(), directory_, make_casino, [](const std::string&) {}, [](Seq, Seq) {});
    if (!recovered) { give_up(recovered.error()); }
    casino_ = std::move(recovered->casino);

    store::StoreOptions options;
    options.batch_units_max = batch;
    options.post = [this](std::move_only_function<void()> task) { loop_.post(std::move(task)); };
    options.fail_stop = [](const std::string& why) { give_up(why); };
    store_ = std::make_unique<store::SqliteStore>(std::move(ledger), std::move(options));
    store_->on_committed([this](const Committed& committed) {
        units_ += committed.units;
        ++transactions_;
        if (on_committed) { on_committed(); }
    });
    casino_->open(*store_);
    players_.emplace(*casino_);
    if (submitted() == 0) { players_->open(); }
    wait_until_durable();
    units_ = transactions_ = 0;
}

FullPath::~FullPath()
{
    bool closed = false;
    store_->close([&] { closed = true; });
    while (!closed) { loop_.run_one_turn(Ticks::now() + std::chrono::seconds{1}); }
}

void FullPath::send_batch(Kind kind, bool hot)
{
    for (std::size_t i = 0; i < batch_; ++i) { players_->decide(kind, hot ? 1 : players_->uniform()); }
    loop_.run_ready();
    while (submitted() - durable() > batch_) { loop_.run_one_turn(Ticks::now() + std::chrono::seconds{1}); }
}

double FullPath::run(Kind kind, double seconds, bool hot)
{
    const std::uint64_t before = submitted();
    const auto start = Ticks::now();
    while (seconds_since(start) < seconds) { send_batch(kind, hot); }
    wait_until_durable();
    return static_cast<double>((submitted() - before) * transfers_in(kind)) / seconds_since(start);
}

void FullPath::fill(Kind kind, std::uint64_t units)
{
    for (const std::uint64_t goal = submitted() + units; submitted() < goal;) { send_batch(kind, false); }
    wait_until_durable();
}

store::Snapshot FullPath::snapshot() const
{
    return {.position = casino_->submitted(), .sections = host::snapshot_sections(*casino_)};
}

void FullPath::wait_until_durable()
{
    while (durable() != submitted()) { loop_.run_one_turn(Ticks::now() + std::chrono::seconds{1}); }
}

}  // namespace croupier::bench
