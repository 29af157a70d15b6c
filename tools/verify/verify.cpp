#include "verify.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "ledger_rows.hpp"
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

/// Whether another process holds one of SQLite's locks on the file (sqlite.org/fileformat2.html: the bytes from 2^30 on).
bool in_use(const fs::path& file)
{
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) { return false; }
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 0x40000000;
    lock.l_len = 512;
    const bool held = ::fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    ::close(fd);
    return held;
}

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
          books_{options.games, options.seal_keys, [this](Seq seq, const std::string& what) { say(seq, what); }}
    {
    }

    Report run()
    {
        const auto start = std::chrono::steady_clock::now();
        Connection ledger = open_untouched(options_.directory / "ledger.db", scratch_.path());
        schema(ledger);
        open_views();
        try {
            chain(ledger);
        } catch (const store::SqliteError& error) {
            // A page that is none: what was found before it is told, and what stands behind it cannot be read.
            say(next(report_.head.seq), std::string{"the file cannot be read from here on: "} + error.what());
        }
        books_.end();
        report_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start - views_time_).count();
        compare_views();
        report_.transfers = books_.transfers();
        report_.accounts = books_.accounts();
        report_.rounds = books_.rounds();
        report_.rounds_not_played_again = books_.rounds_not_played_again();
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

    /// What keeps history from being edited is there.
    void schema(Connection& ledger)
    {
        for (const std::string table : {"meta", "commits", "transfers", "events"}) {
            for (const std::string verb : {"update", "delete"}) {
                const std::string name = table + "_" + verb;
                if (!ledger.integer("SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = '" + name + "'")) {
                    say("schema: the trigger " + name + " is missing: the table is not append-only");
                }
            }
        }
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
                // Views can only be made of facts that hold.
                if (report_.problem_count == problems) {
                    feed_views(stored, bytes);
                } else if (rebuilt_) {
                    rebuilt_.reset();
                    report_.views = "not compared: the ledger itself does not hold";
                }
                if (options_.progress && report_.units % kProgressUnits == 0) {
                    options_.progress(report_.head.seq, head);
                }
            } catch (const store::RowsBroken& broken) {
                say(broken.seq(), broken.what());
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
            views_upto_ = Seq{static_cast<std::uint64_t>(
                views_->integer("SELECT applied_seq FROM progress WHERE id = 1").value_or(0))};
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
        if (!slice_.empty()) { apply_slice(); }
        if (!rebuilt_) { return; }
        const std::uint64_t before = report_.problem_count;
        rebuilt_.reset();  // Closing it moves its log into the file.
        Connection expected{(scratch_.path() / "rebuilt.db").string(), OpenMode::existing};
        try {
            compare(expected, "progress", "id");
            compare(expected, "accounts", "account");
            compare(expected, "units", "seq");
            compare(expected, "nodes", "level, place");
            compare(expected, "trials", "seq");
            compare(expected, "history", "player, block");
            compare(expected, "requests", "scope, block");
        } catch (const store::SqliteError& error) {
            say(std::string{"views.db: "} + error.what());
        }
        report_.views = report_.problem_count != before ? "differs"
            : views_upto_ < report_.head.seq
            ? "agrees up to seq " + std::to_string(raw(views_upto_)) + ", behind the ledger"
            : "agrees";
    }

    /// Row by row in the order of the key, which is how both files hold them.
    void compare(Connection& expected, const std::string& table, const std::string& key)
    {
        const auto columns = expected.text(
            "SELECT group_concat('quote(' || name || ')', '||''|''||') FROM pragma_table_info('" + table + "')");
        const std::string rows = "SELECT " + columns.value_or("1") + " FROM " + table + " ORDER BY " + key;
        Statement ours{expected, rows};
        Statement theirs{*views_, rows};
        for (std::uint64_t row = 1;; ++row) {
            const bool there = ours.step();
            const bool found = theirs.step();
            if (!there && !found) { break; }
            const std::string wanted = there ? std::string{ours.text_at(0)} : "no row";
            const std::string got = found ? std::string{theirs.text_at(0)} : "no row";
            if (wanted == got) { continue; }
            say("views.db: " + table + ": row " + std::to_string(row) + ": expected " + wanted + ", got " + got);
            if (there != found) { break; }
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
    if (in_use(file)) {
        return std::unexpected{file.string() + ": a running server has it open; verify a backup (croupier backup DIR)"};
    }
    try {
        return Verifier{options}.run();
    } catch (const std::exception& failure) {
        return std::unexpected{file.string() + ": " + failure.what()};
    }
}

}  // namespace croupier::verify
