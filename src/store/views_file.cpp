#include "views_file.hpp"

#include <algorithm>
#include <utility>

#include "croupier/assert.hpp"
#include "files.hpp"
#include "migrations.hpp"

namespace croupier::store {

namespace {

constexpr std::int64_t kApplicationId = 1129467990;  // "CRPV", as in 0001_views.sql.
constexpr std::size_t kRebuildSliceBytes = 4 * 1024 * 1024;

// After a power cut the newest rows may be gone, never half there: they come again from the ledger.
constexpr const char* kPragmas = R"(
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA mmap_size = 0;
    PRAGMA cache_size = -16384;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA journal_size_limit = 16777216;
)";

}  // namespace

ViewsFile::ViewsFile(const std::filesystem::path& path) : path_{path}, connection_{path.string(), OpenMode::create} {}

std::expected<std::unique_ptr<ViewsFile>, std::string> ViewsFile::open(const std::filesystem::path& path)
{
    bool worthless = true;  // Unless it is the disk, or another process, that stands in the way.
    const auto attempt = [&]() -> std::expected<std::unique_ptr<ViewsFile>, std::string> {
        try {
            std::unique_ptr<ViewsFile> file{new ViewsFile{path}};
            file->connection_.run(kPragmas);
            const auto migrated = migrate(file->connection_, views_migrations(), MigrateMode::apply);
            if (!migrated) { return std::unexpected{path.string() + ": " + migrated.error()}; }
            if (file->connection_.integer("PRAGMA application_id") != kApplicationId) {
                return std::unexpected{path.string() + ": it is no views.db"};
            }
            file->load();
            return file;
        } catch (const SqliteError& error) {
            worthless = error.is_about_content();
            return std::unexpected{path.string() + ": " + error.what()};
        }
    };
    auto file = attempt();
    if (file || !worthless) { return file; }
    remove_database(path);
    return attempt();
}

void ViewsFile::load()
{
    begin_.emplace(connection_, "BEGIN IMMEDIATE");
    commit_.emplace(connection_, "COMMIT");
    progress_.emplace(connection_, "UPDATE progress SET applied_seq = ?1, applied_hash = ?2 WHERE id = 1");
    insert_account_.emplace(
        connection_, "INSERT INTO accounts (account, kind, pocket, player, currency) VALUES (?1, ?2, ?3, ?4, ?5)");
    insert_request_.emplace(connection_,
        "INSERT OR IGNORE INTO requests (scope, key, seq, content_hash, result, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    insert_round_.emplace(connection_,
        "INSERT INTO rounds (player, round, seq, at_micros, game, stake_minor, win_minor, currency, bets, scope, key) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
    insert_entry_.emplace(connection_,
        "INSERT INTO statement (player, id, account, transfer, at_micros, code, amount_minor, balance_after_minor, version, "
        "reference, currency) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");

    Statement progress{connection_, "SELECT applied_seq, applied_hash FROM progress WHERE id = 1"};
    const ResetLater reset{progress};
    if (!progress.step() || progress.blob_at(1).size() != applied_hash_.size()) {
        throw SqliteError{0, "it does not say how far it goes"};
    }
    applied_seq_ = Seq{progress.unsigned_at(0)};
    std::ranges::copy(progress.blob_at(1), applied_hash_.begin());

    players_.clear();
    currencies_.clear();
    Statement accounts{
        connection_, "SELECT account, player, currency FROM accounts WHERE player <> 0 ORDER BY account"};
    while (accounts.step()) {
        const auto currency = Currency::from_number(static_cast<std::uint32_t>(accounts.integer_at(2)));
        if (!currency) { throw SqliteError{0, "an account has an unknown currency"}; }
        remember(AccountId{accounts.unsigned_at(0)}, PlayerId{accounts.unsigned_at(1)}, *currency);
    }
}

PlayerId ViewsFile::player_of(AccountId id) const
{
    return raw(id) < players_.size() ? players_[raw(id)] : PlayerId{0};
}

void ViewsFile::remember(AccountId id, PlayerId player, Currency currency)
{
    if (raw(id) >= players_.size()) { players_.resize(raw(id) + 1); }
    players_[raw(id)] = player;
    if (raw(player) < currencies_.size()) { return; }
    currencies_.resize(raw(player) + 1, currency);
}

std::expected<void, std::string> ViewsFile::apply(std::span<const std::shared_ptr<const Unit>> units)
{
    if (units.empty()) { return {}; }
    requests_.clear();
    rounds_.clear();
    entries_.clear();
    try {
        begin_->run();
        Seq seq = applied_seq_;
        for (const auto& unit : units) {
            CROUPIER_ASSERT(unit->position.seq == next(seq));
            gather(unit->content);
            seq = unit->position.seq;
        }
        insert_requests();
        insert_rounds();
        insert_entries();
        const Hash& hash = units.back()->position.hash;
        progress_->integer(1, raw(seq)).blob(2, hash).run();
        commit_->run();
        applied_seq_ = seq;
        applied_hash_ = hash;
        return {};
    } catch (const std::exception& error) {
        return std::unexpected{path_.string() + ": " + error.what()};
    }
}

void ViewsFile::gather(const UnitContent& content)
{
    if (content.request.scope != 0) { requests_.push_back(&content); }
    const auto gather_transfer = [&](const ledger::Transferred& transfer) {
        for (const bool gains : {false, true}) {
            const PlayerId player = player_of(gains ? transfer.credit : transfer.debit);
            if (raw(player) != 0) { entries_.push_back({player, gains, content.at, &transfer}); }
        }
    };
    // Facts in the order in which they were made: an account is opened before money moves on it.
    std::size_t transfer = 0;
    for (const EventRow& event : content.events) {
        while (transfer < event.after_transfers) { gather_transfer(content.transfers[transfer++]); }
        gather_event(content, event);
    }
    while (transfer < content.transfers.size()) { gather_transfer(content.transfers[transfer++]); }
}

void ViewsFile::gather_event(const UnitContent& content, const EventRow& event)
{
    if (event.type == ledger::AccountOpened::kFact) {
        const auto opened = from_bytes<ledger::AccountOpened>(event.body);
        CROUPIER_ASSERT(opened.has_value());
        insert_account_->integer(1, raw(opened->account))
            .integer(2, std::uint64_t{static_cast<std::uint8_t>(opened->kind)})
            .integer(3, std::uint64_t{static_cast<std::uint8_t>(opened->pocket)})
            .integer(4, raw(opened->player))
            .integer(5, std::uint64_t{opened->currency.number()})
            .run();
        if (opened->kind == ledger::AccountKind::player) {
            remember(opened->account, opened->player, opened->currency);
        }
    } else if (event.type == rounds::Settled::kFact) {
        auto settled = from_bytes<rounds::Settled>(event.body);
        CROUPIER_ASSERT(settled.has_value());
        rounds_.push_back({&content, std::move(*settled)});
    }
}

void ViewsFile::insert_requests()
{
    std::ranges::sort(requests_, {}, [](const UnitContent* content) {
        return std::tie(content->request.scope, content->request.key, content->seq);
    });
    for (const UnitContent* content : requests_) {
        insert_request_->integer(1, content->request.scope)
            .blob(2, content->request.key)
            .integer(3, raw(content->seq))
            .blob(4, content->request.content_hash)
            .integer(5, std::uint64_t{content->request.result})
            .text(6, content->request.answer)
            .run();
    }
}

void ViewsFile::insert_rounds()
{
    std::ranges::sort(
        rounds_, {}, [](const Round& round) { return std::pair{raw(round.settled.player), raw(round.settled.round)}; });
    for (const Round& round : rounds_) {
        // The fact names no currency: it is that of the player's account.
        const std::size_t player = raw(round.settled.player);
        CROUPIER_ASSERT(player < currencies_.size());
        const Bytes bets = to_bytes(round.settled.bets);
        insert_round_->integer(1, raw(round.settled.player))
            .integer(2, raw(round.settled.round))
            .integer(3, raw(round.content->seq))
            .integer(4, to_micros(round.content->at))
            .text(5, round.settled.game)
            .integer(6, round.settled.stake)
            .integer(7, round.settled.win)
            .integer(8, std::uint64_t{currencies_[player].number()})
            .blob(9, bets)
            .integer(10, round.content->request.scope)
            .blob(11, round.content->request.key)
            .run();
    }
}

void ViewsFile::insert_entries()
{
    std::ranges::sort(entries_, {},
        [](const Entry& entry) { return std::tuple{raw(entry.player), raw(entry.transfer->id), entry.gains}; });
    for (const Entry& entry : entries_) {
        const ledger::Transferred& transfer = *entry.transfer;
        insert_entry_->integer(1, raw(entry.player))
            .integer(2, raw(transfer.id) * 2 + (entry.gains ? 1 : 0))
            .integer(3, raw(entry.gains ? transfer.credit : transfer.debit))
            .integer(4, raw(transfer.id))
            .integer(5, to_micros(entry.at))
            .integer(6, std::uint64_t{static_cast<std::uint16_t>(transfer.code)})
            .integer(7, entry.gains ? transfer.amount : -transfer.amount)
            .integer(8, entry.gains ? transfer.credit_after : transfer.debit_after)
            .integer(9, entry.gains ? transfer.credit_version : transfer.debit_version)
            .integer(10, transfer.reference)
            .integer(11, std::uint64_t{transfer.currency.number()})
            .run();
    }
}

std::expected<void, std::string> ViewsFile::clear()
{
    try {
        begin_->run();
        for (const char* table : {"accounts", "requests", "rounds", "statement"}) {
            connection_.run(std::string{"DELETE FROM "} + table);
        }
        applied_seq_ = Seq{0};
        applied_hash_ = Hash{};
        progress_->integer(1, std::uint64_t{0}).blob(2, applied_hash_).run();
        commit_->run();
        players_.clear();
        currencies_.clear();
        return {};
    } catch (const std::exception& error) {
        return std::unexpected{path_.string() + ": " + error.what()};
    }
}

std::expected<bool, std::string> ViewsFile::match(LedgerFile& ledger)
{
    const auto hash = ledger.hash_at(applied_seq_);
    if (!hash) { return std::unexpected{hash.error()}; }
    if (*hash == applied_hash_) { return false; }
    if (auto cleared = clear(); !cleared) { return std::unexpected{cleared.error()}; }
    return true;
}

std::expected<Seq, std::string> rebuild_views(const std::filesystem::path& ledger, const std::filesystem::path& views,
    const std::function<void(Seq done, Seq head)>& progress)
{
    auto facts = LedgerFile::open(ledger, LedgerOptions{.migrate = MigrateMode::refuse, .create = false});
    if (!facts) { return std::unexpected{facts.error()}; }
    auto partial = views;
    partial += ".partial";
    remove_database(partial);
    {
        auto file = ViewsFile::open(partial);
        if (!file) { return std::unexpected{file.error()}; }
        const Seq head = (*facts)->head().seq;
        while ((*file)->applied_seq() < head) {
            const auto units = (*facts)->read(next((*file)->applied_seq()), kRebuildSliceBytes);
            if (!units) { return std::unexpected{units.error()}; }
            if (const auto applied = (*file)->apply(*units); !applied) { return std::unexpected{applied.error()}; }
            if (progress) { progress((*file)->applied_seq(), head); }
        }
    }  // Closing it moves its log into the file.
    remove_database(views);
    if (const auto renamed = rename_durably(partial, views); !renamed) { return std::unexpected{renamed.error()}; }
    return (*facts)->head().seq;
}

}  // namespace croupier::store
