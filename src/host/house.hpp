#pragma once

#include <boost/asio/io_context.hpp>

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "builtin_modules.hpp"
#include "casino.hpp"
#include "adapters/clock.hpp"
#include "config/config.hpp"
#include "generators.hpp"
#include "recorder.hpp"
#include "adapters/entropy.hpp"
#include "server_seeds.hpp"
#include "adapters/keys.hpp"
#include "adapters/seal_key.hpp"
#include "sqlite_store.hpp"
#include "views.hpp"
#include "views_reader.hpp"

namespace croupier::host {

class ScriptedRng;

/// Where everything of one casino lies, inside its data directory.
struct Paths {
    explicit Paths(std::filesystem::path data_dir) : directory{std::move(data_dir)} {}

    std::filesystem::path directory;
    std::filesystem::path ledger() const { return directory / "ledger.db"; }
    std::filesystem::path views() const { return directory / "views.db"; }
    std::filesystem::path seal_key() const { return directory / "seal.pem"; }
    std::filesystem::path keys() const { return directory / "keys.db"; }
    std::filesystem::path snapshots() const { return directory / "snapshots"; }
    std::filesystem::path recordings() const { return directory / "recordings"; }
    std::filesystem::path admin_socket() const { return directory / "admin.sock"; }
};

/// A casino with its durable state under it, and no edge: what `serve`, `init` and `erase` share.
class House {
public:
    /// Opens (or, if `create`, makes) the data directory, recovers the casino, starts the store's threads and runs the
    /// modules' start hooks. Otherwise says in one sentence what failed.
    /// `recorder`, which may be null, gets what the ports answer; it outlives this.
    static std::expected<std::unique_ptr<House>, std::string> open(
        const config::Config& config, boost::asio::io_context& loop, bool create, Recorder* recorder = nullptr);
    ~House();
    House(const House&) = delete;
    House& operator=(const House&) = delete;

    /// Writes what was submitted, ends the threads, then `done`.
    void close(std::function<void()> done);
    /// Copies ledger and keys into `directory` while play goes on. nullopt: done; else what failed.
    void backup(const std::filesystem::path& directory, std::function<void(std::optional<std::string>)> done);
    /// Whether a backup has come to the keys: until it is done, erasing one would hold up the loop.
    bool copying_keys() const noexcept { return key_copies_ > 0; }

    const Paths& paths() const noexcept { return paths_; }
    const std::string& instance() const noexcept { return instance_; }
    Casino& casino() noexcept { return *casino_; }
    store::SqliteStore& store() noexcept { return *store_; }
    /// The store as the floor sees it.
    Store& store_port() noexcept { return *store_port_; }
    const std::vector<GameText>& games() const noexcept { return games_; }
    /// One of them is offered in another version now.
    void game_changed(GameText text);
    store::Views& views() noexcept { return *views_; }
    store::ViewsReader& reader() noexcept { return *reader_; }
    adapters::SqliteKeys& keys() noexcept { return *keys_; }
    Clock& clock() noexcept { return clock_; }
    Entropy& entropy() noexcept { return entropy_; }
    const SealKey& seal_key() const noexcept { return *seal_key_; }
    rng::Generators& rng() noexcept { return *rng_; }
    /// Forces results, where that is built in and asked for; else nullptr.
    ScriptedRng* scripted() noexcept { return scripted_; }

private:
    House(const config::Config& config, boost::asio::io_context& loop, Recorder* recorder)
        : config_{config}, loop_{loop}, recorder_{recorder}, paths_{config.server.data_dir}
    {
    }
    /// Builds every part in order of dependency. nullopt: done.
    std::optional<std::string> build(bool create);
    std::optional<std::string> open_views(const GameList& games, store::LedgerFile& ledger);
    std::unique_ptr<Casino> make_casino(const GameList& games, const ModulePorts& ports) const;

    const config::Config& config_;
    boost::asio::io_context& loop_;
    Recorder* recorder_;
    Paths paths_;
    std::string instance_;
    int key_copies_ = 0;  // Under way.
    adapters::SystemClock clock_;
    adapters::OsEntropy entropy_;
    adapters::CpuEntropy cpu_entropy_;
    std::unique_ptr<adapters::SqliteKeys> keys_;
    std::unique_ptr<fair::ServerSeeds> fair_seeds_;
    std::unique_ptr<adapters::PemSealKey> seal_key_;
    std::unique_ptr<rng::Generators> rng_;
    std::unique_ptr<Rng> in_front_;  // Of rng_: a ScriptedRng, if there is one.
    ScriptedRng* scripted_ = nullptr;
    std::unique_ptr<Casino> casino_;
    std::unique_ptr<store::Views> views_;
    std::unique_ptr<store::SqliteStore> store_;
    std::unique_ptr<store::ViewsReader> reader_;
    Store* store_port_ = nullptr;  // store_, recorded if somebody records.
    std::vector<GameText> games_;
};

}  // namespace croupier::host
