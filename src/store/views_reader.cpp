#include "views_reader.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "croupier/codec.hpp"
#include "threads.hpp"

namespace croupier::store {

namespace {

constexpr std::uint64_t kNewest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

/// Ids are below 2^63: a page before a higher one begins at the newest.
std::uint64_t before_or_newest(std::optional<std::uint64_t> before)
{
    return std::min(before.value_or(kNewest), kNewest);
}

Currency currency_at(const Statement& row, int column)
{
    return Currency::from_number(static_cast<std::uint32_t>(row.integer_at(column))).value_or(Currency{});
}

RoundRow round_row(const Statement& row)
{
    return RoundRow{.round = RoundId{row.unsigned_at(0)},
        .seq = Seq{row.unsigned_at(1)},
        .at = from_micros(row.integer_at(2)),
        .game = std::string{row.text_at(3)},
        .stake = row.integer_at(4),
        .win = row.integer_at(5),
        .currency = currency_at(row, 6)};
}

}  // namespace

// The connection and its statements, made by the first query.
struct ViewsReader::Connected {
    explicit Connected(const std::filesystem::path& path) : connection{path.string(), OpenMode::read_only} {}

    Connection connection;
    Statement begin{connection, "BEGIN"};
    Statement commit{connection, "COMMIT"};
    Statement progress{connection, "SELECT applied_seq FROM progress WHERE id = 1"};
    Statement rounds{connection,
        "SELECT round, seq, at_micros, game, stake_minor, win_minor, currency FROM rounds "
        "WHERE player = ?1 AND round < ?2 ORDER BY round DESC LIMIT ?3"};
    Statement round{connection,
        "SELECT r.round, r.seq, r.at_micros, r.game, r.stake_minor, r.win_minor, r.currency, r.bets, q.answer FROM rounds r "
        "LEFT JOIN requests q ON q.scope = r.scope AND q.key = r.key WHERE r.player = ?1 AND r.round = ?2"};
    Statement statement{connection,
        "SELECT id, transfer, account, at_micros, code, amount_minor, balance_after_minor, version, reference, currency "
        "FROM statement WHERE player = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3"};
    Statement request{
        connection, "SELECT seq, content_hash, result, answer FROM requests WHERE scope = ?1 AND key = ?2"};
};

ViewsReader::ViewsReader(std::filesystem::path views, std::function<void(std::move_only_function<void()>)> post,
    CatchUp catch_up, std::size_t jobs_max)
    : path_{std::move(views)},
      post_{std::move(post)},
      catch_up_{std::move(catch_up)},
      jobs_max_{jobs_max},
      thread_{[this] { run(); }}
{
}

ViewsReader::~ViewsReader()
{
    *alive_ = false;
    {
        const std::lock_guard lock{mutex_};
        stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void ViewsReader::run()
{
    name_this_thread("views-reader");
    while (true) {
        Job job;
        {
            std::unique_lock lock{mutex_};
            wake_.wait(lock, [&] { return stop_ || !jobs_.empty(); });
            if (stop_) { break; }
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
        job();
    }
    connected_.reset();
}

// Queues `query`, which fills the rows on the thread; the answer is posted to the loop in every case.
template <class T, class Query>
void ViewsReader::add(Seq from, Done<T> done, Query query)
{
    auto answer = [this, alive = alive_, done = std::move(done)](Result<Viewed<T>> viewed) mutable {
        post_([alive = std::move(alive), done = std::move(done), viewed = std::move(viewed)]() mutable {
            if (*alive) { done(std::move(viewed)); }
        });
    };
    auto job = [this, from, answer, query = std::move(query)]() mutable {
        catch_up_(from);
        try {
            if (!connected_) { connected_ = std::make_unique<Connected>(path_); }
            Viewed<T> viewed;
            connected_->begin.run();  // One transaction: the rows are those of applied_seq exactly.
            if (connected_->progress.step()) { viewed.applied_seq = Seq{connected_->progress.unsigned_at(0)}; }
            connected_->progress.reset();
            query(*connected_, viewed.rows);
            connected_->commit.run();
            answer(std::move(viewed));
        } catch (const SqliteError&) {
            connected_.reset();  // The next query opens it anew.
            answer(refuse(ErrorCode::not_available));
        }
    };
    {
        const std::lock_guard lock{mutex_};
        if (jobs_.size() < jobs_max_) {
            jobs_.push_back(std::move(job));
            wake_.notify_one();
            return;
        }
    }
    answer(refuse(ErrorCode::overloaded));
}

void ViewsReader::rounds(
    Seq from, PlayerId player, std::optional<RoundId> before, std::size_t limit, Done<std::vector<RoundRow>> done)
{
    add<std::vector<RoundRow>>(from, std::move(done), [=](Connected& views, std::vector<RoundRow>& rows) {
        auto& select = views.rounds.integer(1, croupier::raw(player));
        select.integer(2, before_or_newest(before.transform([](RoundId id) { return croupier::raw(id); })))
            .integer(3, std::uint64_t{limit});
        const ResetLater reset{select};
        while (select.step()) { rows.push_back(round_row(select)); }
    });
}

void ViewsReader::round(Seq from, PlayerId player, RoundId round, Done<std::optional<RoundDetail>> done)
{
    add<std::optional<RoundDetail>>(from, std::move(done), [=](Connected& views, std::optional<RoundDetail>& rows) {
        auto& select = views.round.integer(1, croupier::raw(player)).integer(2, croupier::raw(round));
        const ResetLater reset{select};
        if (!select.step()) { return; }
        rows = RoundDetail{.row = round_row(select),
            .bets = from_bytes<std::vector<rounds::Bet>>(select.blob_at(7)).value_or(std::vector<rounds::Bet>{}),
            .answer = std::string{select.text_at(8)}};
    });
}

void ViewsReader::statement(Seq from, PlayerId player, std::optional<std::uint64_t> before, std::size_t limit,
    Done<std::vector<StatementRow>> done)
{
    add<std::vector<StatementRow>>(from, std::move(done), [=](Connected& views, std::vector<StatementRow>& rows) {
        auto& select = views.statement.integer(1, croupier::raw(player));
        select.integer(2, before_or_newest(before)).integer(3, std::uint64_t{limit});
        const ResetLater reset{select};
        while (select.step()) {
            rows.push_back(StatementRow{.id = select.unsigned_at(0),
                .transfer = TransferId{select.unsigned_at(1)},
                .account = AccountId{select.unsigned_at(2)},
                .at = from_micros(select.integer_at(3)),
                .code = static_cast<ledger::TransferCode>(select.integer_at(4)),
                .amount = select.integer_at(5),
                .balance_after = select.integer_at(6),
                .version = select.unsigned_at(7),
                .reference = select.unsigned_at(8),
                .currency = currency_at(select, 9)});
        }
    });
}

void ViewsReader::request(Seq from, std::uint64_t scope, Bytes key, Done<std::optional<RequestRow>> done)
{
    add<std::optional<RequestRow>>(
        from, std::move(done), [scope, key = std::move(key)](Connected& views, std::optional<RequestRow>& rows) {
            auto& select = views.request.integer(1, scope).blob(2, key);
            const ResetLater reset{select};
            if (!select.step()) { return; }
            RequestRow row;
            row.seq = Seq{select.unsigned_at(0)};
            std::ranges::copy(
                select.blob_at(1).first(std::min<std::size_t>(select.blob_at(1).size(), row.content_hash.size())),
                row.content_hash.begin());
            row.result = static_cast<std::uint16_t>(select.integer_at(2));
            row.answer = std::string{select.text_at(3)};
            rows = std::move(row);
        });
}

}  // namespace croupier::store
