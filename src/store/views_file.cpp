#include "views_file.hpp"

#include <algorithm>
#include <utility>

#include "croupier/assert.hpp"
#include "croupier/messages/rounds.hpp"
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
    insert_unit_.emplace(connection_, "INSERT INTO units (seq, hash, bytes) VALUES (?1, ?2, ?3)");
    insert_trial_.emplace(connection_, "INSERT INTO trials (seq, rows) VALUES (?1, ?2)");
    insert_node_.emplace(connection_, "INSERT INTO nodes (level, place, hash) VALUES (?1, ?2, ?3)");
    // Joined, blobs become text: the bytes stay as they are.
    append_history_.emplace(connection_,
        "INSERT INTO history (player, block, entries) VALUES (?1, ?2, ?3) "
        "ON CONFLICT DO UPDATE SET entries = CAST(entries || excluded.entries AS BLOB)");
    append_requests_.emplace(connection_,
        "INSERT INTO requests (scope, block, entries) VALUES (?1, ?2, ?3) "
        "ON CONFLICT DO UPDATE SET entries = CAST(entries || excluded.entries AS BLOB)");

    Statement progress{connection_, "SELECT applied_seq, applied_hash FROM progress WHERE id = 1"};
    const ResetLater reset{progress};
    if (!progress.step() || progress.blob_at(1).size() != applied_hash_.size()) {
        throw SqliteError{0, "it does not say how far it goes"};
    }
    applied_seq_ = Seq{progress.unsigned_at(0)};
    std::ranges::copy(progress.blob_at(1), applied_hash_.begin());
    added_seq_ = applied_seq_;
    added_hash_ = applied_hash_;

    load_trial();
    load_tree();
}

void ViewsFile::load_trial()
{
    accounts_.clear();
    trial_ = {};
    Seq from{0};
    {
        Statement kept{connection_, "SELECT seq, rows FROM trials ORDER BY seq DESC LIMIT 1"};
        if (kept.step()) {
            const auto rows = from_bytes<std::vector<ledger::TrialRow>>(kept.blob_at(1));
            if (!rows) { throw SqliteError{0, "a trial balance is damaged"}; }
            from = Seq{kept.unsigned_at(0)};
            trial_ = TrialSums{*rows};
        }
    }
    Statement opened{connection_, "SELECT account, kind, pocket, player, currency FROM accounts ORDER BY account"};
    while (opened.step()) {
        const auto currency = Currency::from_number(static_cast<std::uint32_t>(opened.integer_at(4)));
        if (!currency || opened.unsigned_at(0) != accounts_.size() + 1) {
            throw SqliteError{0, "accounts are damaged"};
        }
        ledger::TrialRow& row = trial_.at(static_cast<ledger::AccountKind>(opened.integer_at(1)),
            static_cast<ledger::Pocket>(opened.integer_at(2)), *currency);
        accounts_.push_back({PlayerId{opened.unsigned_at(3)}, &row});
    }
    Statement units{connection_, "SELECT bytes FROM units WHERE seq > ?1 ORDER BY seq"};
    units.integer(1, raw(from));
    while (units.step()) {
        const auto content = open_unit(units.blob_at(0));
        if (!content) { throw SqliteError{0, "a unit is damaged"}; }
        for (const EventRow& event : content->events) {
            if (event.type != ledger::AccountOpened::kFact) { continue; }
            const auto fact = from_bytes<ledger::AccountOpened>(event.body);
            if (!fact || raw(fact->account) > accounts_.size()) { throw SqliteError{0, "accounts are damaged"}; }
            ++account(fact->account).row->accounts;
        }
        for (const ledger::Transferred& transfer : content->transfers) { move(transfer); }
    }
}

void ViewsFile::move(const ledger::Transferred& transfer)
{
    account(transfer.debit).row->balance -= transfer.amount;
    account(transfer.credit).row->balance += transfer.amount;
}

void ViewsFile::load_tree()
{
    tree_ = {};
    std::uint64_t span = kTreeFan;  // Of units below a node of the level above.
    Statement nodes{connection_, "SELECT hash FROM nodes WHERE level = ?1 AND place >= ?2 ORDER BY place"};
    for (std::size_t level = 1; level <= kTreeLevels; ++level, span *= kTreeFan) {
        const std::uint64_t full = raw(applied_seq_) / span;
        const std::uint64_t first = level == kTreeLevels ? 0 : full / kTreeFan * kTreeFan;
        nodes.integer(1, std::uint64_t{level}).integer(2, first);
        while (nodes.step()) { tree_[level].add(nodes.hash_at(0)); }
        if (tree_[level].size() != full - first) { throw SqliteError{0, "nodes of the tree are missing"}; }
    }
    Statement units{connection_, "SELECT hash, bytes FROM units WHERE seq > ?1 ORDER BY seq"};
    units.integer(1, raw(applied_seq_) / kTreeFan * kTreeFan);
    while (units.step()) {
        const auto content = open_unit(units.blob_at(1));
        if (!content) { throw SqliteError{0, "a unit is damaged"}; }
        tree_[0].add(unit_leaf(units.hash_at(0), *content));
    }
    if (tree_[0].size() != raw(applied_seq_) % kTreeFan) { throw SqliteError{0, "units are missing"}; }
}

void ViewsFile::grow(std::uint64_t place, const Hash& leaf)
{
    Hash node = leaf;
    for (std::size_t level = 0; level <= kTreeLevels; ++level) {
        if (level > 0) { insert_node_->integer(1, std::uint64_t{level}).integer(2, place).blob(3, node).run(); }
        tree_[level].add(node);
        if (level == kTreeLevels || tree_[level].size() < kTreeFan) { break; }
        node = tree_[level].root();
        tree_[level] = {};
        place /= kTreeFan;
    }
}

ViewsFile::Owned& ViewsFile::account(AccountId id)
{
    CROUPIER_ASSERT(raw(id) >= 1 && raw(id) <= accounts_.size());
    return accounts_[raw(id) - 1];
}

void ViewsFile::remember(const ledger::AccountOpened& opened)
{
    CROUPIER_ASSERT(raw(opened.account) == accounts_.size() + 1);
    ledger::TrialRow& row = trial_.at(opened.kind, opened.pocket, opened.currency);
    ++row.accounts;
    accounts_.push_back({opened.player, &row});
}

std::expected<void, std::string> ViewsFile::add(std::span<const std::shared_ptr<const Unit>> units)
{
    if (units.empty()) { return {}; }
    try {
        if (added_seq_ == applied_seq_) { begin_->run(); }
        for (const auto& unit : units) {
            CROUPIER_ASSERT(unit->position.seq == next(added_seq_));
            insert(*unit);
            gather(unit->content);
            if (raw(unit->position.seq) % kBlockUnits == 0) {
                const Bytes rows = to_bytes(trial_.rows());
                insert_trial_->integer(1, raw(unit->position.seq)).blob(2, rows).run();
            }
            added_seq_ = unit->position.seq;
            added_hash_ = unit->position.hash;
        }
        return {};
    } catch (const std::exception& error) {
        return std::unexpected{path_.string() + ": " + error.what()};
    }
}

std::expected<void, std::string> ViewsFile::commit()
{
    if (added_seq_ == applied_seq_) { return {}; }
    try {
        insert(*append_history_, history_);
        insert(*append_requests_, requests_);
        progress_->integer(1, raw(added_seq_)).blob(2, added_hash_).run();
        commit_->run();
        history_.clear();
        requests_.clear();
        applied_seq_ = added_seq_;
        applied_hash_ = added_hash_;
        return {};
    } catch (const std::exception& error) {
        return std::unexpected{path_.string() + ": " + error.what()};
    }
}

std::expected<void, std::string> ViewsFile::apply(std::span<const std::shared_ptr<const Unit>> units)
{
    auto added = add(units);
    return added ? commit() : added;
}

void ViewsFile::insert(const Unit& unit)
{
    insert_unit_->integer(1, raw(unit.position.seq)).blob(2, unit.position.hash).blob(3, unit.bytes).run();
    grow(raw(unit.position.seq) - 1, unit_leaf(unit.position.hash, unit.content));
}

void ViewsFile::gather(const UnitContent& content)
{
    if (content.request.scope != 0) {
        requests_.push_back({content.request.scope, {content.seq, key_tag(content.request.key)}});
    }
    const std::size_t before = history_.size();
    const auto touch = [&](PlayerId player) {
        const auto mine = [&](const Found& found) { return found.owner == raw(player); };
        if (raw(player) == 0 || std::ranges::any_of(std::span{history_}.subspan(before), mine)) { return; }
        history_.push_back({raw(player), {content.seq, 0}});
    };
    const auto touch_both = [&](const ledger::Transferred& transfer) {
        move(transfer);
        touch(account(transfer.debit).player);
        touch(account(transfer.credit).player);
    };
    // Facts in the order in which they were made: an account is opened before money moves on it.
    std::size_t transfer = 0;
    for (const EventRow& event : content.events) {
        while (transfer < event.after_transfers) { touch_both(content.transfers[transfer++]); }
        gather_event(content, event);
    }
    while (transfer < content.transfers.size()) { touch_both(content.transfers[transfer++]); }
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
        remember(*opened);
    } else if (event.type == rounds::Settled::kFact || event.type == rounds::Voided::kFact) {
        // The first two members of both are all that is needed here.
        ByteReader body{event.body};
        const auto round = body.read<RoundId>();
        const auto player = body.read<PlayerId>();
        CROUPIER_ASSERT(!body.failed());
        for (auto found = history_.rbegin(); found != history_.rend() && found->posting.seq == content.seq; ++found) {
            if (found->owner == raw(player) && found->posting.tag == 0) {
                found->posting.tag = raw(round);  // Its stake and win were seen already.
                return;
            }
        }
        history_.push_back({raw(player), {content.seq, raw(round)}});
    }
}

void ViewsFile::insert(Statement& append, std::vector<Found>& found)
{
    std::ranges::sort(
        found, {}, [](const Found& one) { return std::tuple{one.owner, one.posting.seq, one.posting.tag}; });
    for (auto first = found.begin(); first != found.end();) {
        const std::uint64_t block = block_of(first->posting.seq);
        entries_.clear();
        auto last = first;
        while (last != found.end() && last->owner == first->owner && block_of(last->posting.seq) == block) {
            pack((last++)->posting, entries_);
        }
        append.integer(1, first->owner).integer(2, block).blob(3, entries_).run();
        first = last;
    }
}

std::expected<void, std::string> ViewsFile::clear()
{
    try {
        begin_->run();
        for (const char* table : {"accounts", "units", "nodes", "trials", "history", "requests"}) {
            connection_.run(std::string{"DELETE FROM "} + table);
        }
        applied_seq_ = added_seq_ = Seq{0};
        applied_hash_ = added_hash_ = Hash{};
        progress_->integer(1, std::uint64_t{0}).blob(2, applied_hash_).run();
        commit_->run();
        accounts_.clear();
        trial_ = {};
        tree_ = {};
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
