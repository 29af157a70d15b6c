#include "verify.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <span>
#include <system_error>

#include "ledger_rows.hpp"
#include "log_check.hpp"
#include "migrations.hpp"
#include "views_file.hpp"

namespace croupier::verify {

namespace {

namespace fs = std::filesystem;
using store::Connection;
using store::OpenMode;
using store::Statement;

constexpr std::size_t kSlice = 4'096;  // Units that go into the rebuilt views at once.
constexpr std::uint64_t kProgressUnits = 10'000;

/// A folder for copies, gone at the end.
class Scratch {
public:
    Scratch()
    {
        std::string name = (fs::temp_directory_path() / "croupier-verify-XXXXXX").string();
        if (::mkdtemp(name.data()) != nullptr) { path_ = name; }
    }
    ~Scratch()
    {
        std::error_code ignored;
        if (!path_.empty()) { fs::remove_all(path_, ignored); }
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    const fs::path& path() const noexcept { return path_; }

private:
    fs::path path_;
};

/// A reader's lock on SQLite's own lock bytes (sqlite.org/fileformat2.html: from 2^30 on): a server that has the file open stands
/// in its way, and none can open it while it is held. Of the open file rather than the process, so that SQLite's own opening and
/// closing of the file does not drop it.
class ReadLock {
public:
    explicit ReadLock(const fs::path& file) : fd_{::open(file.c_str(), O_RDONLY | O_CLOEXEC)}
    {
        struct flock lock = {};
        lock.l_type = F_RDLCK;
        lock.l_whence = SEEK_SET;
        lock.l_start = 0x40000000;
        lock.l_len = 512;
        if (fd_ < 0) {
            problem_ = "cannot be read: " + std::generic_category().message(errno);
        } else if (::fcntl(fd_, F_OFD_SETLK, &lock) != 0) {
            problem_ = errno == EAGAIN || errno == EACCES
                ? "a running server has it open; verify a backup (croupier backup DIR)"
                : "cannot be locked: " + std::generic_category().message(errno);
        }
    }
    ~ReadLock()
    {
        if (fd_ >= 0) { ::close(fd_); }
    }
    ReadLock(const ReadLock&) = delete;
    ReadLock& operator=(const ReadLock&) = delete;
    /// Why it is not held; empty: it is.
    const std::string& problem() const noexcept { return problem_; }

private:
    int fd_;
    std::string problem_;
};

/// Opens without writing: in place where all of it stands in the file, else a copy together with its log.
Connection open_untouched(const fs::path& file, const fs::path& scratch)
{
    auto log = file;
    log += "-wal";
    std::error_code error;
    if (fs::file_size(log, error) == 0 || error) { return Connection{file.string(), OpenMode::immutable}; }
    const fs::path copy = scratch / file.filename();
    auto log_copy = copy;
    log_copy += "-wal";
    fs::copy_file(file, copy);
    fs::copy_file(log, log_copy);
    return Connection{copy.string(), OpenMode::existing};
}

class Verifier {
public:
    explicit Verifier(const Options& options)
        : options_{options},
          books_{options.games, options.seal_keys, options.audit_keys,
              [this](Seq seq, const std::string& what) { say(seq, what); }}
    {
    }

    Report run()
    {
        const auto start = std::chrono::steady_clock::now();
        if (auto damage = store::damage_in_log(options_.directory / "ledger.db-wal")) { say(std::move(*damage)); }
        Connection ledger = open_untouched(options_.directory / "ledger.db", scratch_.path());
        try {
            pages(ledger, "ledger.db");
            schema(ledger, "ledger.db", store::ledger_migrations());
            meta(ledger);
        } catch (const store::SqliteError& error) {
            say(std::string{"ledger.db: "} + error.what());
        }
        open_views();
        try {
            chain(ledger);
        } catch (const store::SqliteError& error) {
            // A page or a table that is none: what was found before it is told, and what stands behind it cannot be read.
            say(next(report_.head.seq), std::string{"the file cannot be read from here on: "} + error.what());
            leave_views();
        }
        books_.end();
        report_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start - views_time_).count();
        compare_views();
        report_.transfers = books_.transfers();
        report_.accounts = books_.accounts();
        report_.rounds = books_.rounds();
        report_.rounds_not_played_again = books_.rounds_not_played_again();
        report_.rounds_proved = books_.rounds_proved();
        report_.draws_computed = books_.redraws().agreed();
        report_.draws_not_computed = books_.redraws().not_computed();
        report_.open_holds = books_.open_holds();
        report_.open_rounds = books_.open_rounds();
        report_.seals = books_.seals();
        report_.signatures = books_.signatures();
        return std::move(report_);
    }

private:
    void say(Seq seq, const std::string& what) { say("seq " + std::to_string(raw(seq)) + ": " + what); }
    void say(std::string what)
    {
        if (report_.problems.size() < options_.problems_max) { report_.problems.push_back(std::move(what)); }
        ++report_.problem_count;
    }

    /// The file's pages are whole, and its indexes have what their tables have (sqlite.org/pragma.html#pragma_integrity_check).
    void pages(Connection& file, const std::string& name)
    {
        Statement check{file, "PRAGMA integrity_check"};
        while (check.step()) {
            if (check.text_at(0) != "ok") { say(name + ": pages: " + std::string{check.text_at(0)}); }
        }
    }

    /// The file's schema is what this program's migrations make, up to the version that the file says. Returns that version.
    std::int64_t schema(Connection& file, const std::string& name, std::span<const store::Migration> migrations)
    {
        if (!file.integer("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'")) {
            say(name + ": schema: table schema_version is missing");
            return 0;
        }
        const auto version = file.integer("SELECT max(version) FROM schema_version").value_or(0);
        if (version < 1 || version > static_cast<std::int64_t>(migrations.size())) {
            say(name + ": schema_version: version " + std::to_string(version) + " is unknown to this program");
            return version;
        }
        const auto made_path = scratch_.path() / ("schema-of-" + name);
        Connection made{made_path.string(), OpenMode::create};
        if (const auto done = store::migrate(
                made, migrations.first(static_cast<std::size_t>(version)), store::MigrateMode::apply);
            !done) {
            say(name + ": " + done.error());
        }
        const auto compare_rows = [&](const std::string& query, const std::string& what) {
            const auto list = [&](Connection& of) {
                std::map<std::string, std::string> rows;
                Statement select{of, query};
                while (select.step()) { rows.emplace(select.text_at(0), select.text_at(1)); }
                return rows;
            };
            const auto wanted = list(made);
            const auto got = list(file);
            for (const auto& [key, row] : wanted) {
                const auto found = got.find(key);
                if (found == got.end()) {
                    say(name + ": " + what + ": " + key + " is missing");
                } else if (found->second != row) {
                    say(name + ": " + what + ": " + key + ": expected " + row + ", got " + found->second);
                }
            }
            for (const auto& [key, row] : got) {
                if (!wanted.contains(key)) { say(name + ": " + what + ": " + key + " should not be there"); }
            }
        };
        // Also what keeps history from being edited: the triggers.
        compare_rows("SELECT type || ' ' || name, tbl_name || ': ' || coalesce(sql, '') FROM sqlite_schema", "schema");
        // When a step was applied is for people; it only has to look like a time.
        compare_rows("SELECT version, min_reader || CASE WHEN applied_at GLOB "
                     "'[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[012][0-9]:[0-5][0-9]:[0-6][0-9].[0-9][0-9][0-9]Z' "
                     "THEN '' ELSE ' at ' || applied_at END FROM schema_version",
            "schema_version");
        for (const std::string pragma : {"application_id", "user_version"}) {
            const auto query = "PRAGMA " + pragma;
            if (made.integer(query) != file.integer(query)) { say(name + ": its " + pragma + " is not the program's"); }
        }
        return version;
    }

    void meta(Connection& ledger)
    {
        static constexpr std::string_view kMeta =
            "1 canonical_format=1; 2 chain=SHA-256";  // As 0001_ledger.sql writes it.
        const auto meta = ledger.text(
            "SELECT group_concat(id || ' ' || name || '=' || value, '; ') FROM (SELECT * FROM meta ORDER BY id)");
        if (meta != kMeta) { say("meta: expected " + std::string{kMeta} + ", got " + meta.value_or("nothing")); }
    }

    void chain(Connection& ledger)
    {
        const Seq head{static_cast<std::uint64_t>(ledger.integer("SELECT max(seq) FROM commits").value_or(0))};
        store::UnitCursor cursor{ledger};
        Hash hash{};
        Seq expected{1};
        cursor.seek(expected);
        store::StoredUnit stored;
        Bytes bytes;
        while (true) {
            try {
                if (!cursor.next(stored)) { break; }
                const std::uint64_t problems = report_.problem_count;
                if (stored.content.seq != expected) { say(expected, "its row in commits is missing"); }
                bytes.clear();
                ByteWriter{bytes}.write(stored.content);
                if (!open_unit(bytes)) { say(stored.content.seq, "its rows are no canonical unit"); }
                if (chain_hash(hash, bytes) != stored.hash) {
                    say(stored.content.seq, "its rows and its hash disagree");
                }
                hash = stored.hash;
                expected = next(stored.content.seq);
                books_.unit(stored.content, hash);
                report_.head = {stored.content.epoch, stored.content.seq, hash};
                ++report_.units;
                if (report_.problem_count == problems) {
                    feed_views(stored, bytes);
                } else {
                    leave_views();
                }
                if (options_.progress && report_.units % kProgressUnits == 0) {
                    options_.progress(report_.head.seq, head);
                }
            } catch (const store::RowsBroken& broken) {
                say(broken.seq(), broken.what());
                leave_views();
                // What follows is still looked at, from the next unit on; nothing is known of the hash before it.
                expected = next(std::max(broken.seq(), expected));
                if (expected > head) { break; }
                const auto before = ledger.text(
                    "SELECT lower(hex(hash)) FROM commits WHERE seq = " + std::to_string(raw(expected) - 1));
                hash = hash_from_hex(before.value_or("")).value_or(hash);
                cursor.seek(expected);
            }
        }
        try {
            if (report_.units > 0) { cursor.expect_no_rows_left(report_.head.seq); }
        } catch (const store::RowsBroken& broken) {
            say(broken.seq(), broken.what());
        }
    }

    // Views.

    void open_views()
    {
        const fs::path file = options_.directory / "views.db";
        if (!fs::exists(file)) {
            report_.views = "not there";
            return;
        }
        try {
            views_.emplace(open_untouched(file, scratch_.path()));
            pages(*views_, "views.db");
            const auto version = schema(*views_, "views.db", store::views_migrations());
            if (version != static_cast<std::int64_t>(store::views_migrations().size())) {
                report_.views = "not compared: its schema has version " + std::to_string(version);
                return;
            }
            const auto upto = views_->integer("SELECT applied_seq FROM progress WHERE id = 1");
            if (!upto) {
                say("views.db: progress: id 1: the row is missing");
                report_.views = "not compared: how far it is, it does not say";
                return;
            }
            views_upto_ = Seq{static_cast<std::uint64_t>(*upto)};
            auto rebuilt = store::ViewsFile::open(scratch_.path() / "rebuilt.db");
            if (!rebuilt) {
                report_.views = "not compared";
                return say("views.db cannot be rebuilt: " + rebuilt.error());
            }
            rebuilt_ = std::move(*rebuilt);
        } catch (const store::SqliteError& error) {
            say(std::string{"views.db: "} + error.what());
            report_.views = "unreadable";
        }
    }

    /// Views can only be made of facts that hold.
    void leave_views()
    {
        if (!rebuilt_) { return; }
        rebuilt_.reset();
        report_.views = "not compared: the ledger itself does not hold";
    }

    void feed_views(const store::StoredUnit& stored, const Bytes& bytes)
    {
        if (!rebuilt_ || stored.content.seq > views_upto_ || stored.content.seq != next(fed_)) { return; }
        const auto start = std::chrono::steady_clock::now();
        fed_ = stored.content.seq;
        const Position position{stored.content.epoch, stored.content.seq, stored.hash};
        slice_.push_back(
            std::make_shared<const Unit>(Unit{.position = position, .content = stored.content, .bytes = bytes}));
        if (slice_.size() == kSlice || fed_ == views_upto_) { apply_slice(); }
        views_time_ += std::chrono::steady_clock::now() - start;
    }

    void apply_slice()
    {
        if (const auto applied = rebuilt_->apply(slice_); !applied) {
            say("views.db cannot be rebuilt: " + applied.error());
            rebuilt_.reset();
        }
        slice_.clear();
    }

    void compare_views()
    {
        if (!rebuilt_) { return; }
        if (views_upto_ > report_.head.seq) {
            report_.views = "not compared: they are ahead of the ledger";
            return say("views.db: progress: it is at seq " + std::to_string(raw(views_upto_))
                + ", where the ledger ends at " + std::to_string(raw(report_.head.seq)));
        }
        if (!slice_.empty()) { apply_slice(); }
        if (!rebuilt_) { return; }
        const std::uint64_t before = report_.problem_count;
        rebuilt_.reset();  // Closing it moves its log into the file.
        Connection expected{(scratch_.path() / "rebuilt.db").string(), OpenMode::existing};
        try {
            Statement tables{expected,
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'schema_version' ORDER BY name"};
            while (tables.step()) { compare(expected, std::string{tables.text_at(0)}); }
        } catch (const store::SqliteError& error) {
            say(std::string{"views.db: "} + error.what());
        }
        report_.views = report_.problem_count != before ? "differs"
            : views_upto_ < report_.head.seq
            ? "agrees up to seq " + std::to_string(raw(views_upto_)) + ", behind the ledger"
            : "agrees";
    }

    /// Row by row, by their keys, which are whole numbers: each row that is missing, too many or another one is named.
    void compare(Connection& expected, const std::string& table)
    {
        std::vector<std::string> key;
        std::string columns;
        Statement about{expected, "SELECT name, pk FROM pragma_table_info('" + table + "') ORDER BY pk, cid"};
        while (about.step()) {
            const std::string name{about.text_at(0)};
            columns += (columns.empty() ? "quote(" : "||'|'||quote(") + name + ")";
            if (about.integer_at(1) != 0) { key.push_back(name); }
        }
        std::string keys;
        for (const std::string& name : key) { keys += (keys.empty() ? "" : ", ") + name; }
        const std::string select = "SELECT " + columns + ", " + keys + " FROM " + table + " ORDER BY " + keys;
        Statement ours{expected, select};
        Statement theirs{*views_, select};
        const auto key_of = [&](const Statement& row) {
            std::vector<std::int64_t> values;
            values.reserve(key.size());
            for (std::size_t i = 0; i < key.size(); ++i) { values.push_back(row.integer_at(static_cast<int>(i) + 1)); }
            return values;
        };
        const auto where = [&](const Statement& row) {
            std::string text = "views.db: " + table + ":";
            for (std::size_t i = 0; i < key.size(); ++i) {
                text += " " + key[i] + " " + std::to_string(row.integer_at(static_cast<int>(i) + 1));
            }
            return text + ": ";
        };
        bool there = ours.step();
        bool found = theirs.step();
        while (there || found) {
            const bool missing = there && (!found || key_of(ours) < key_of(theirs));
            const bool extra = found && (!there || key_of(theirs) < key_of(ours));
            if (missing) {
                say(where(ours) + "the row is missing");
            } else if (extra) {
                say(where(theirs) + "the row should not be there");
            } else if (ours.text_at(0) != theirs.text_at(0)) {
                say(where(ours) + "expected " + std::string{ours.text_at(0)} + ", got "
                    + std::string{theirs.text_at(0)});
            }
            if (!extra) { there = ours.step(); }
            if (!missing) { found = theirs.step(); }
        }
    }

    const Options& options_;
    Scratch scratch_;
    Report report_;
    Books books_;
    std::optional<Connection> views_;
    std::unique_ptr<store::ViewsFile> rebuilt_;
    Seq views_upto_{};
    Seq fed_{};
    store::Units slice_;
    std::chrono::steady_clock::duration views_time_{};
};

}  // namespace

std::expected<Report, std::string> verify(const Options& options)
{
    const fs::path file = options.directory / "ledger.db";
    std::error_code error;
    if (!fs::is_regular_file(file, error)) { return std::unexpected{file.string() + ": there is no ledger here"}; }
    const ReadLock lock{file};
    if (!lock.problem().empty()) { return std::unexpected{file.string() + ": " + lock.problem()}; }
    for (const char* journal : {"ledger.db-journal", "views.db-journal"}) {
        if (fs::exists(options.directory / journal, error)) {
            return std::unexpected{(options.directory / journal).string()
                + ": a rollback journal, which no server of ours leaves: the file beside it may be half written"};
        }
    }
    try {
        return Verifier{options}.run();
    } catch (const std::exception& failure) {
        return std::unexpected{file.string() + ": " + failure.what()};
    }
}

}  // namespace croupier::verify
