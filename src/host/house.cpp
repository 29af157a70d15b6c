#include "house.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "croupier/assert.hpp"
#include "croupier/messages/session.hpp"
#include "adapters/log.hpp"
#include "recovery.hpp"
#ifdef CROUPIER_SCRIPTED_DRAWS
#include "scripted_rng.hpp"
#endif
#include "streams.hpp"
#include "vault/process.hpp"

namespace croupier::host {

namespace {

constexpr std::chrono::milliseconds kViewsPatience{500};

/// The shadow set of modules that the views' worker folds for snapshots: no ports, nothing is ever decided by it.
class Shadow final : public store::ShadowFold {
public:
    explicit Shadow(std::unique_ptr<Casino> casino) : casino_{std::move(casino)} {}

    void apply(const UnitContent& content, const Position& position) override
    {
        const bool applied = casino_->apply(content, position);
        CROUPIER_ASSERT(applied);  // The loop has folded the same unit before it was written.
    }
    std::vector<store::SnapshotSection> save() const override { return snapshot_sections(*casino_); }

private:
    std::unique_ptr<Casino> casino_;
};

void log_problem(const std::string& what) { log::warn("store", "a snapshot was passed over", {{"why", what}}); }

void log_progress(Seq done, Seq all)
{
    log::info("store", "folding the ledger", {{"seq", raw(done)}, {"of", raw(all)}});
}

std::string random_name(Entropy& entropy)
{
    std::array<std::byte, 8> bytes{};
    const auto filled = entropy.fill(bytes);
    CROUPIER_ASSERT(filled.has_value());
    return to_hex(bytes);
}

}  // namespace

std::expected<std::unique_ptr<House>, std::string> House::open(
    const config::Config& config, boost::asio::io_context& loop, bool create, Recorder* recorder)
{
    std::unique_ptr<House> house{new House{config, loop, recorder}};
    if (auto problem = house->build(create)) { return std::unexpected{std::move(*problem)}; }
    return house;
}

House::~House()
{
    // After a start that failed half-way the views' thread may still ask the store, which goes first.
    if (views_) { views_->close(); }
}

std::unique_ptr<Casino> House::make_casino(const GameList& games, const ModulePorts& ports) const
{
    return std::make_unique<Casino>(make_modules(config_, games, ports, instance_));
}

std::optional<std::string> House::build(bool create)
{
    // Where everything lies, readable by its owner only.
    std::error_code error;
    if (create) { std::filesystem::create_directories(paths_.directory, error); }
    if (!std::filesystem::is_directory(paths_.directory, error)) {
        return paths_.directory.string() + ": there is no such data directory (croupier init makes one)";
    }
    std::filesystem::permissions(paths_.directory, std::filesystem::perms::owner_all, error);
    std::filesystem::create_directories(paths_.snapshots(), error);
    if (!create && !std::filesystem::exists(paths_.ledger())) {
        return paths_.ledger().string() + ": there is no ledger here (croupier init makes one)";
    }
    instance_ = random_name(entropy_);

    // The ledger first: its lock says that no other process uses this directory.
    auto ledger = store::LedgerFile::open(paths_.ledger(), {.verify_tail_units = config_.store.verify_tail_units});
    if (!ledger) { return ledger.error(); }

    // The keys, without which nicknames cannot be read.
    if (raw((*ledger)->head().seq) > 1 && !std::filesystem::exists(paths_.keys())) {
        return paths_.keys().string() + ": missing beside a ledger; without it no nickname can be read. Put it back";
    }
    auto keys = adapters::SqliteKeys::open(paths_.keys(), entropy_, config_.keys.pool_size);
    if (!keys) { return keys.error(); }
    keys_ = std::move(*keys);

    // The key that signs the seals.
    auto seal_key = adapters::PemSealKey::open(
        config_.ledger.seal_key.empty() ? paths_.seal_key() : config_.ledger.seal_key);
    if (!seal_key) { return seal_key.error(); }
    seal_key_ = std::move(*seal_key);

    // The generator tests itself before anybody may draw.
    std::string audit_key;
    if (!config_.rng.audit_key.empty()) {
        std::ifstream file{config_.rng.audit_key, std::ios::binary};
        audit_key.assign(std::istreambuf_iterator<char>{file}, {});
        if (audit_key.empty()) { return "rng.audit_key: " + config_.rng.audit_key.string() + " cannot be read"; }
    }
    const bool second = adapters::CpuEntropy::present();
    if (config_.rng.mode == "process") {
        rng_ = std::make_unique<vault::Process>(vault::Process::Options{.ctr = config_.rng.mechanism == "ctr",
            .instance = instance_,
            .prediction_resistance = config_.rng.prediction_resistance,
            .audit_key = audit_key,
            .answer_within = config_.rng.answer_within});
    } else {
        rng_ = std::make_unique<rng::Streams>(
            rng::StreamsOptions{
                .mechanism = config_.rng.mechanism == "hmac" ? rng::Mechanism::hmac : rng::Mechanism::ctr,
                .instance = instance_,
                .prediction_resistance = config_.rng.prediction_resistance,
                .audit_key = audit_key},
            entropy_, second ? &cpu_entropy_ : nullptr);
    }
    if (!rng_->ready()) { return "the random number generator failed: " + rng_->failure(); }
    log::info("rng", "generators are ready",
        {{"mode", config_.rng.mode}, {"mechanism", config_.rng.mechanism}, {"second_source", second},
            {"prediction_resistance", config_.rng.prediction_resistance}, {"seeds_kept", !audit_key.empty()}});

    // The casino, as the facts say.
    auto texts = read_games(config_.games);
    if (!texts) { return texts.error(); }
    games_ = std::move(*texts);
    const auto games = load_games(games_);
    if (!games) { return games.error(); }
    for (const std::string& name : config_.jackpot.games) {
        if (std::ranges::none_of(*games, [&](const auto& game) { return game->info().game == name; })) {
            return "jackpot.games: there is no game \"" + name + "\"";
        }
        const auto asks = [&](const auto& game) { return game->info().game == name && game->asks(); };
        if (std::ranges::any_of(*games, asks)) {
            return "jackpot.games: \"" + name + "\" is played in several steps, which no jackpot takes part in";
        }
    }
    fair_seeds_ = std::make_unique<fair::ServerSeeds>(entropy_, *keys_);
    Rng* draws = rng_.get();
#ifdef CROUPIER_SCRIPTED_DRAWS
    if (config_.server.test_endpoints) {
        auto scripted = std::make_unique<ScriptedRng>(*rng_, [](std::string_view stream, bool fits) {
            log::warn("rng", "a result was forced", {{"stream", stream}, {"fits", fits}});
        });
        scripted_ = scripted.get();
        in_front_ = std::move(scripted);
        draws = in_front_.get();
        log::warn("rng", "results can be forced here: /test/draws", {});
    }
#endif
    ModulePorts ports{draws, keys_.get(), seal_key_.get(), fair_seeds_.get()};
    if (recorder_ != nullptr) {
        ports = {&recorder_->wrap(*draws), &recorder_->wrap(static_cast<Keys&>(*keys_)),
            &recorder_->wrap(static_cast<SealKey&>(*seal_key_)),
            &recorder_->wrap(static_cast<FairSeeds&>(*fair_seeds_))};
    }
    auto recovered = recover(
        **ledger, config_.server.currency, paths_.snapshots(), [&] { return make_casino(*games, ports); }, log_problem,
        log_progress);
    if (!recovered) { return recovered.error(); }
    casino_ = std::move(recovered->casino);
    log::info("store", "recovered",
        {{"seq", raw(casino_->submitted().seq)}, {"snapshot", raw(recovered->snapshot)}, {"folded", recovered->units}});

    // The views' worker, then the writer that feeds it.
    if (auto problem = open_views(*games, **ledger)) { return problem; }
    const auto post = [&loop = loop_](
                          std::move_only_function<void()> function) { boost::asio::post(loop, std::move(function)); };
    store::StoreOptions options;
    options.queue_bytes_max = config_.store.queue_max_bytes;
    options.settlement_reserve_bytes = config_.store.settlement_reserve_bytes;
    options.batch_units_max = config_.store.batch_units_max;
    options.disk_free_min_bytes = config_.store.disk_free_min_bytes;
    options.post = post;
    options.fail_stop = [](std::string why) {
        log::fail_stop(
            "store", "the ledger could not be written; the process ends, what is durable stays", {{"why", why}});
    };
    options.on_batch = [views = views_.get()](auto batch) { views->offer(batch); };
    store_ = std::make_unique<store::SqliteStore>(std::move(*ledger), std::move(options));
    views_->start([store = store_.get()](
                      Seq from, std::size_t limit, auto done) { store->read_on_writer(from, limit, std::move(done)); });
    reader_ = std::make_unique<store::ViewsReader>(
        paths_.views(), post, [views = views_.get()](Seq wanted) { views->catch_up(wanted, kViewsPatience); },
        config_.store.query_queue_max);

    // Open for decisions: the house's accounts, and keys for the next players.
    store_port_ = recorder_ == nullptr ? static_cast<Store*>(store_.get())
                                       : &recorder_->wrap(static_cast<Store&>(*store_));
    casino_->open(*store_port_);
    NoOutputs nowhere;
    casino_->start(clock_.wall(), nowhere);
    const auto counts = casino_->input(
        clock_.wall(), nowhere, [&](Context& context) { return casino_->bus().send(session::GetCounts{}, context); });
    return keys_->reserve_from(counts ? counts->players + 1 : 1);
}

std::optional<std::string> House::open_views(const GameList& games, store::LedgerFile& ledger)
{
    store::ViewsOptions options;
    options.views_path = paths_.views();
    options.snapshot_directory = paths_.snapshots();
    options.snapshot_units = config_.store.snapshot_units;
    // The shadow begins where the casino stands: its state goes over as a snapshot would.
    auto shadow = make_casino(games, {});
    const store::Snapshot now{.position = casino_->submitted(), .sections = snapshot_sections(*casino_)};
    if (!restore_snapshot(*shadow, now)) { return std::string{"the modules cannot read their own snapshot"}; }
    options.fold = std::make_unique<Shadow>(std::move(shadow));
    options.folded = now.position;
    options.on_failure = [](std::string why) { log::error("views", "failed", {{"why", why}}); };
    auto views = store::Views::open(std::move(options), ledger);
    if (!views) { return views.error(); }
    views_ = std::move(*views);
    return std::nullopt;
}

void House::game_changed(GameText text)
{
    const auto found = std::ranges::find(games_, text.file, &GameText::file);
    CROUPIER_ASSERT(found != games_.end());
    found->text = std::move(text.text);
}

void House::close(std::function<void()> done)
{
    store_->close([this, done = std::move(done)] {
        views_->close();
        done();
    });
}

void House::backup(const std::filesystem::path& directory, std::function<void(std::optional<std::string>)> done)
{
    store_->backup(directory, [this, directory, done = std::move(done)](std::optional<std::string> failure) {
        if (failure) { return done(std::move(failure)); }
        ++key_copies_;
        keys_->copy_to(directory / "keys.db", [this, done](std::optional<std::string> failed) {
            boost::asio::post(loop_, [this, done, failed = std::move(failed)] {
                --key_copies_;
                done(failed);
            });
        });
    });
}

}  // namespace croupier::host
