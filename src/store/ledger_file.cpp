#include "ledger_file.hpp"

#include <sqlite3.h>

#include <utility>

#include "croupier/assert.hpp"
#include "files.hpp"
#include "log_check.hpp"

namespace croupier::store {

namespace {

constexpr std::int64_t kApplicationId = 1129467980;  // "CRPL", as in 0001_ledger.sql.
constexpr std::uint64_t kProgressUnits = 10'000;

// Order matters. Exclusive locking before anything that reads the file: the log's index then lives in our memory
// instead of a file that others could map, and no second connection can ever be inside. The page size before the first
// page.
constexpr const char* kPragmas = R"(
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA page_size = 4096;
    PRAGMA auto_vacuum = NONE;
    PRAGMA mmap_size = 0;
    PRAGMA cache_size = -16384;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
    PRAGMA recursive_triggers = ON;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = 16777216;
)";

std::string describe(const std::filesystem::path& path, const std::exception& error)
{
    const auto* sqlite = dynamic_cast<const SqliteError*>(&error);
    if (sqlite != nullptr && (sqlite->code() & 0xff) == SQLITE_BUSY) {
        return path.string() + ": another process has it open";
    }
    return path.string() + ": " + error.what();
}

std::string broken_text(const BrokenAt& broken)
{
    return "the chain is broken at seq " + std::to_string(raw(broken.seq)) + ": " + broken.what;
}

}  // namespace

LedgerFile::LedgerFile(std::filesystem::path path, const LedgerOptions& options) : path_{std::move(path)}
{
    connection_.emplace(path_.string(), options.create ? OpenMode::create : OpenMode::existing, options.vfs);
}

LedgerFile::~LedgerFile() = default;

LedgerFile::Opened LedgerFile::open(const std::filesystem::path& path, const LedgerOptions& options)
{
    auto log = path;
    log += "-wal";
    // Before SQLite looks at it, and takes what stands before the damage for all there was.
    if (const auto damage = damage_in_log(log)) {
        return std::unexpected{*damage + "; restore a backup, or go on with the standby"};
    }
    try {
        std::unique_ptr<LedgerFile> file{new LedgerFile{path, options}};
        Connection& connection = *file->connection_;
        connection.run(kPragmas);
        CROUPIER_ASSERT(connection.text("PRAGMA journal_mode") == "wal");
        CROUPIER_ASSERT(connection.integer("PRAGMA synchronous") == 2);
        CROUPIER_ASSERT(connection.integer("PRAGMA recursive_triggers") == 1);
        connection.run("BEGIN IMMEDIATE; COMMIT");  // Takes the file's lock now, and for as long as it is open.

        const auto is_ours = [&] { return connection.integer("PRAGMA application_id") == kApplicationId; };
        const bool is_new = connection.integer("PRAGMA application_id") == 0;
        if (!is_new && !is_ours()) { return std::unexpected{path.string() + ": it is not a ledger"}; }
        const auto migrated = migrate(connection, ledger_migrations(), options.migrate);
        if (!migrated) { return std::unexpected{path.string() + ": " + migrated.error()}; }
        if (!is_ours()) { return std::unexpected{path.string() + ": it is not a ledger"}; }
        // A change of the canonical bytes, unlike one of the schema, is never read half-way.
        if (connection.text("SELECT value FROM meta WHERE name = 'canonical_format' ORDER BY id DESC LIMIT 1") != "1") {
            return std::unexpected{path.string() + ": its canonical format is not one that this program knows"};
        }

        file->rows_.emplace(connection);
        file->cursor_.emplace(connection);
        file->begin_.emplace(connection, "BEGIN IMMEDIATE");
        file->commit_.emplace(connection, "COMMIT");
        file->hash_at_.emplace(connection, "SELECT hash FROM commits WHERE seq = ?1");
        file->load_head();
        // A process that was killed, or ended itself when a sync failed, leaves units that were written and never synced: they can
        // be read, and a power cut would still take them. Nothing may rest on them before they are durable.
        if (const auto durable = file->checkpoint(); !durable) { return std::unexpected{durable.error()}; }
        sqlite3_wal_hook(connection.handle(), &LedgerFile::on_wal, file.get());

        const std::uint64_t head = raw(file->head_.seq);
        const std::uint64_t tail = std::min(options.verify_tail_units, head);
        if (const auto broken = file->verify_rows(Seq{head - tail + 1}, {})) {
            return std::unexpected{path.string() + ": " + broken_text(*broken)};
        }
        return file;
    } catch (const RowsBroken& error) {
        return std::unexpected{path.string() + ": " + broken_text({error.seq(), error.what()})};
    } catch (const std::exception& error) {
        return std::unexpected{describe(path, error)};
    }
}

int LedgerFile::on_wal(void* self, sqlite3* /*handle*/, const char* /*database*/, int frames)
{
    static_cast<LedgerFile*>(self)->wal_frames_ = frames;
    return SQLITE_OK;
}

// The end of the chain, and the ids that follow: what the last unit gave out tells what the next one gets.
void LedgerFile::load_head()
{
    const auto last = connection_->integer("SELECT max(seq) FROM commits");
    head_ = Position{};
    next_transfer_ = TransferId{1};
    next_event_ = EventId{1};
    if (last.value_or(0) != 0) {
        cursor_->seek(Seq{static_cast<std::uint64_t>(*last)});
        StoredUnit unit;
        const bool is_there = cursor_->next(unit);
        cursor_->close();
        CROUPIER_ASSERT(is_there);
        head_ = Position{unit.content.epoch, unit.content.seq, unit.hash};
        next_transfer_ = TransferId{raw(unit.content.first_transfer) + unit.content.transfers.size()};
        next_event_ = EventId{raw(unit.content.first_event) + unit.content.events.size()};
    }
    const auto transfer = connection_->integer("SELECT max(id) FROM transfers").value_or(0);
    const auto event = connection_->integer("SELECT max(id) FROM events").value_or(0);
    if (static_cast<std::uint64_t>(transfer) + 1 != raw(next_transfer_)
        || static_cast<std::uint64_t>(event) + 1 != raw(next_event_)) {
        throw RowsBroken{head_.seq, "transfers or events do not end where its unit does"};
    }
}

std::expected<AppendTimes, std::string> LedgerFile::append(std::span<const std::shared_ptr<const Unit>> units)
{
    if (units.empty()) { return AppendTimes{}; }
    if (failed_) { return std::unexpected{path_.string() + ": an earlier write failed"}; }
    failed_ = true;  // Until all of it has worked: no way out below leaves the file writable by mistake.

    Position head = head_;
    TransferId next_transfer = next_transfer_;
    EventId next_event = next_event_;
    for (const auto& unit : units) {
        const UnitContent& content = unit->content;
        const auto refuse_unit = [&](const char* why) {
            return std::unexpected{path_.string() + ": unit " + std::to_string(raw(unit->position.seq)) + ": " + why};
        };
        if (content.seq != next(head.seq)) { return refuse_unit("its seq does not follow the one before"); }
        if (content.seq != unit->position.seq || content.epoch != unit->position.epoch) {
            return refuse_unit("its content and its position disagree");
        }
        if (content.first_transfer != next_transfer) { return refuse_unit("its first transfer does not follow"); }
        if (content.first_event != next_event) { return refuse_unit("its first event does not follow"); }
#ifndef NDEBUG
        if (to_bytes(content) != unit->bytes) { return refuse_unit("its content and its bytes disagree"); }
#endif
        next_transfer = TransferId{raw(next_transfer) + content.transfers.size()};
        next_event = EventId{raw(next_event) + content.events.size()};
        head = unit->position;
    }

    try {
        const auto start = std::chrono::steady_clock::now();
        begin_->run();
        for (const auto& unit : units) { rows_->insert(unit->content, unit->position.hash); }
        const auto written = std::chrono::steady_clock::now();
        commit_->run();
        const auto end = std::chrono::steady_clock::now();
        head_ = head;
        next_transfer_ = next_transfer;
        next_event_ = next_event;
        failed_ = false;
        return AppendTimes{.write = end - start, .sync = end - written};
    } catch (const std::exception& error) {
        return std::unexpected{describe(path_, error)};
    }
}

std::expected<Units, std::string> LedgerFile::read(Seq from, std::size_t limit_bytes)
{
    try {
        Units units;
        std::size_t bytes = 0;
        cursor_->seek(from);
        StoredUnit stored;
        while (cursor_->next(stored)) {
            Unit unit{.content = std::move(stored.content)};
            unit.bytes = to_bytes(unit.content);
            unit.position = Position{unit.content.epoch, unit.content.seq, stored.hash};
            if (!units.empty() && bytes + unit.bytes.size() > limit_bytes) { break; }
            bytes += unit.bytes.size();
            units.push_back(std::make_shared<const Unit>(std::move(unit)));
            if (bytes >= limit_bytes) { break; }
        }
        cursor_->close();
        return units;
    } catch (const RowsBroken& error) {
        cursor_->close();
        return std::unexpected{path_.string() + ": " + broken_text({error.seq(), error.what()})};
    } catch (const std::exception& error) {
        cursor_->close();
        return std::unexpected{describe(path_, error)};
    }
}

std::expected<void, std::string> LedgerFile::read_rows(
    Seq from, std::size_t limit_facts, std::vector<StoredUnit>& units)
{
    try {
        std::size_t count = 0;
        std::size_t facts = 0;
        cursor_->seek(from);
        while (facts < limit_facts) {
            if (count == units.size()) { units.emplace_back(); }
            if (!cursor_->next(units[count])) { break; }
            facts += 1 + units[count].content.transfers.size() + units[count].content.events.size();
            ++count;
        }
        cursor_->close();
        units.resize(count);
        return {};
    } catch (const RowsBroken& error) {
        cursor_->close();
        return std::unexpected{path_.string() + ": " + broken_text({error.seq(), error.what()})};
    } catch (const std::exception& error) {
        cursor_->close();
        return std::unexpected{describe(path_, error)};
    }
}

std::expected<std::optional<Hash>, std::string> LedgerFile::hash_at(Seq seq)
{
    if (raw(seq) == 0) { return Hash{}; }
    try {
        const ResetLater reset{*hash_at_};
        hash_at_->integer(1, raw(seq));
        if (!hash_at_->step()) { return std::nullopt; }
        const auto bytes = hash_at_->blob_at(0);
        Hash hash{};
        if (bytes.size() != hash.size()) { return std::unexpected{path_.string() + ": a hash is not 32 bytes"}; }
        std::ranges::copy(bytes, hash.begin());
        return hash;
    } catch (const std::exception& error) {
        return std::unexpected{describe(path_, error)};
    }
}

std::expected<std::optional<BrokenAt>, std::string> LedgerFile::verify(Seq from, const Progress& progress)
{
    CROUPIER_ASSERT(raw(from) >= 1);
    try {
        return verify_rows(from, progress);
    } catch (const std::exception& error) {
        return std::unexpected{describe(path_, error)};
    }
}

std::optional<BrokenAt> LedgerFile::verify_rows(Seq from, const Progress& progress)
{
    const auto before = hash_at(Seq{raw(from) - 1});
    if (!before) { return BrokenAt{Seq{raw(from) - 1}, before.error()}; }
    if (!*before) { return BrokenAt{Seq{raw(from) - 1}, "its row in commits is missing"}; }
    Hash hash = **before;
    Seq seq = from;
    try {
        cursor_->seek(from);
        StoredUnit stored;
        Bytes bytes;
        while (cursor_->next(stored)) {
            if (stored.content.seq != seq) { throw RowsBroken{seq, "its row in commits is missing"}; }
            bytes.clear();
            ByteWriter{bytes}.write(stored.content);
            if (chain_hash(hash, bytes) != stored.hash) { throw RowsBroken{seq, "its rows and its hash disagree"}; }
            hash = stored.hash;
            if (progress && raw(seq) % kProgressUnits == 0) { progress(seq); }
            seq = next(seq);
        }
        cursor_->expect_no_rows_left(Seq{raw(seq) - 1});
        cursor_->close();
        return std::nullopt;
    } catch (const RowsBroken& error) {
        cursor_->close();
        return BrokenAt{error.seq(), error.what()};
    } catch (const SqliteError& error) {
        cursor_->close();
        return BrokenAt{seq, error.what()};
    }
}

std::expected<void, std::string> LedgerFile::checkpoint()
{
    const int result = sqlite3_wal_checkpoint_v2(
        connection_->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (result != SQLITE_OK) {
        failed_ = true;
        return std::unexpected{
            path_.string() + ": moving the log into the file: " + sqlite3_errmsg(connection_->handle())};
    }
    wal_frames_ = 0;
    return {};
}

std::uint64_t LedgerFile::wal_bytes() const noexcept
{
    auto log = path_;
    log += "-wal";
    std::error_code error;
    const auto size = std::filesystem::file_size(log, error);
    return error ? 0 : size;
}

std::expected<std::unique_ptr<LedgerBackup>, std::string> LedgerFile::start_backup(const std::filesystem::path& target)
{
    std::error_code error;
    if (std::filesystem::exists(target, error)) { return std::unexpected{target.string() + ": it exists already"}; }
    try {
        return std::make_unique<LedgerBackup>(*connection_, target);
    } catch (const std::exception& failure) {
        return std::unexpected{describe(target, failure)};
    }
}

std::expected<void, std::string> LedgerFile::close()
{
    std::expected<void, std::string> result;
    if (!failed_) { result = checkpoint(); }
    hash_at_.reset();
    commit_.reset();
    begin_.reset();
    cursor_.reset();
    rows_.reset();
    connection_.reset();
    failed_ = true;
    return result;
}

std::expected<Position, std::string> restore_ledger(
    const std::filesystem::path& backup, const std::filesystem::path& target, const LedgerFile::Progress& progress)
{
    std::error_code error;
    if (std::filesystem::exists(target, error)) { return std::unexpected{target.string() + ": it exists already"}; }

    auto partial = target;
    partial += ".partial";
    remove_database(partial);
    if (!std::filesystem::copy_file(backup, partial, error)) {
        return std::unexpected{"copying " + backup.string() + ": " + error.message()};
    }
    const auto give_up = [&](std::string why) -> std::expected<Position, std::string> {
        remove_database(partial);
        return std::unexpected{std::move(why)};
    };
    auto file = LedgerFile::open(
        partial, LedgerOptions{.migrate = MigrateMode::apply, .create = false, .verify_tail_units = 0});
    if (!file) { return give_up(file.error()); }
    const auto broken = (*file)->verify(Seq{1}, progress);
    if (!broken) { return give_up(broken.error()); }
    if (*broken) { return give_up(backup.string() + ": " + broken_text(**broken)); }
    const Position head = (*file)->head();
    if (const auto closed = (*file)->close(); !closed) { return give_up(closed.error()); }
    if (const auto synced = sync_file(partial); !synced) { return give_up(synced.error()); }
    if (const auto renamed = rename_durably(partial, target); !renamed) { return give_up(renamed.error()); }
    return head;
}

}  // namespace croupier::store
