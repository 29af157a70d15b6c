#include "views_reader.hpp"

#include <algorithm>
#include <limits>
#include <ranges>
#include <utility>

#include "croupier/assert.hpp"
#include "croupier/codec.hpp"
#include "croupier/merkle.hpp"
#include "postings.hpp"
#include "threads.hpp"
#include "trial_sums.hpp"
#include "views_file.hpp"

namespace croupier::store {

namespace {

constexpr std::uint64_t kNewest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

/// Ids are below 2^63: a page before a higher one begins at the newest.
std::uint64_t before_or_newest(std::optional<std::uint64_t> before)
{
    return std::min(before.value_or(kNewest), kNewest);
}

/// The round as the unit that ended it tells of it.
RoundDetail round_of(UnitContent unit, RoundId round)
{
    std::optional<RoundDetail> detail;
    const auto ended = [&](auto& fact) {
        detail = RoundDetail{};
        detail->row = {.round = round,
            .seq = unit.seq,
            .at = unit.at,
            .game = std::move(fact.game),
            .stake = fact.stake,
            .win = 0,
            .currency = unit.transfers.empty() ? Currency{} : unit.transfers.front().currency};
    };
    for (const EventRow& event : unit.events) {
        if (event.type == rounds::Settled::kFact) {
            auto settled = from_bytes<rounds::Settled>(event.body);
            if (!settled || settled->round != round) { continue; }
            ended(*settled);
            detail->row.win = settled->win;
            detail->bets = std::move(settled->bets);
        } else if (event.type == rounds::Voided::kFact) {
            auto voided = from_bytes<rounds::Voided>(event.body);
            if (!voided || voided->round != round) { continue; }
            ended(*voided);
            detail->row.voided = true;
        } else if (event.type == rounds::Shown::kFact && detail) {
            auto shown = from_bytes<rounds::Shown>(event.body);
            if (shown && shown->round == round) { detail->shown = std::move(shown->outcome); }
        }
    }
    if (!detail) { throw SqliteError{0, "round " + std::to_string(raw(round)) + " is not where the history says"}; }
    detail->answer = std::move(unit.request.answer);
    return std::move(*detail);
}

/// One side of a transfer, as the owner of its account sees it.
StatementRow entry_of(const ledger::Transferred& transfer, bool gains, const UnitContent& unit)
{
    return {.id = raw(transfer.id) * 2 + (gains ? 1 : 0),
        .seq = unit.seq,
        .transfer = transfer.id,
        .account = gains ? transfer.credit : transfer.debit,
        .at = unit.at,
        .code = transfer.code,
        .amount = gains ? transfer.amount : -transfer.amount,
        .balance_after = gains ? transfer.credit_after : transfer.debit_after,
        .version = gains ? transfer.credit_version : transfer.debit_version,
        .reference = transfer.reference,
        .currency = transfer.currency};
}

}  // namespace

// The connection, its statements and what they are asked for; made by the first query.
struct ViewsReader::Connected {
    explicit Connected(const std::filesystem::path& path) : connection{path.string(), OpenMode::read_only} {}

    Connection connection;
    Statement begin{connection, "BEGIN"};
    Statement commit{connection, "COMMIT"};
    Statement progress{connection, "SELECT applied_seq FROM progress WHERE id = 1"};
    Statement unit_at{connection, "SELECT bytes FROM units WHERE seq = ?1"};
    Statement history{
        connection, "SELECT block, entries FROM history WHERE player = ?1 AND block <= ?2 ORDER BY block DESC"};
    Statement requests{connection, "SELECT block, entries FROM requests WHERE scope = ?1 ORDER BY block"};
    Statement sealed_unit{connection, "SELECT hash, bytes FROM units WHERE seq = ?1"};
    Statement node{connection, "SELECT hash FROM nodes WHERE level = ?1 AND place = ?2"};
    Statement owner{connection, "SELECT player, pocket FROM accounts WHERE account = ?1 AND kind = ?2"};
    Statement opened{connection, "SELECT pocket FROM accounts WHERE player = ?1 AND kind = ?2"};
    Statement account{connection, "SELECT kind, pocket, currency FROM accounts WHERE account = ?1"};
    Statement trial_before{connection, "SELECT seq, rows FROM trials WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1"};

    UnitContent unit(Seq seq)
    {
        const ResetLater reset{unit_at.integer(1, croupier::raw(seq))};
        auto content = unit_at.step() ? open_unit(unit_at.blob_at(0)) : std::nullopt;
        if (!content) { throw SqliteError{0, "unit " + std::to_string(croupier::raw(seq)) + " is missing or damaged"}; }
        return std::move(*content);
    }

    std::pair<Hash, UnitContent> unit_and_hash(Seq seq)
    {
        const ResetLater reset{sealed_unit.integer(1, croupier::raw(seq))};
        auto content = sealed_unit.step() ? open_unit(sealed_unit.blob_at(1)) : std::nullopt;
        if (!content) { throw SqliteError{0, "unit " + std::to_string(croupier::raw(seq)) + " is missing or damaged"}; }
        return {sealed_unit.hash_at(0), std::move(*content)};
    }

    /// The root over `count` leaves from the leaf `first` (from 0) on: the RFC's MTH.
    Hash root_of(std::uint64_t first, std::uint64_t count)
    {
        CROUPIER_ASSERT(count > 0);
        if (count == 1) {
            const auto [hash, content] = unit_and_hash(Seq{first + 1});
            return unit_leaf(hash, content);
        }
        std::uint64_t span = kTreeFan;
        for (std::size_t level = 1; level <= kTreeLevels && span <= count; ++level, span *= kTreeFan) {
            if (span != count || first % span != 0) { continue; }
            const ResetLater reset{node.integer(1, std::uint64_t{level}).integer(2, first / span)};
            if (!node.step()) { throw SqliteError{0, "a node of the tree is missing"}; }
            return node.hash_at(0);
        }
        const std::uint64_t left = merkle_split(count);
        const Hash left_root = root_of(first, left);
        return merkle_node(left_root, root_of(first + left, count - left));
    }

    /// The RFC's PATH of the leaf `index` (from 0) in the tree over `count` leaves from `first` on.
    void path_of(std::uint64_t index, std::uint64_t first, std::uint64_t count, std::vector<Hash>& path)
    {
        if (count == 1) { return; }
        const std::uint64_t left = merkle_split(count);
        if (index - first < left) {
            path_of(index, first, left, path);
            path.push_back(root_of(first + left, count - left));
        } else {
            path_of(index, first + left, count - left, path);
            path.push_back(root_of(first, left));
        }
    }

    /// Whether the player has an account that the query is about.
    bool has(const StatementQuery& query)
    {
        const ResetLater reset{
            opened.integer(1, croupier::raw(query.player)).integer(2, std::uint64_t{croupier::raw(query.kind)})};
        while (opened.step()) {
            if (matches(query, opened.integer_at(0))) { return true; }
        }
        return false;
    }
    static bool matches(const StatementQuery& query, std::int64_t pocket)
    {
        return !query.pocket || croupier::raw(*query.pocket) == pocket;
    }

    /// The row of the trial balance that an account counts to.
    ledger::TrialRow& row_of(TrialSums& sums, AccountId id)
    {
        const ResetLater reset{account.integer(1, croupier::raw(id))};
        const auto currency = account.step() ? Currency::from_number(static_cast<std::uint32_t>(account.integer_at(2)))
                                             : std::nullopt;
        if (!currency) { throw SqliteError{0, "account " + std::to_string(croupier::raw(id)) + " is missing"}; }
        return sums.at(static_cast<ledger::AccountKind>(account.integer_at(0)),
            static_cast<ledger::Pocket>(account.integer_at(1)), *currency);
    }

    /// The trial balance after the unit `at`: the last one that was kept, and what moved since.
    std::vector<ledger::TrialRow> trial(Seq at)
    {
        TrialSums sums;
        Seq from{0};
        {
            const ResetLater reset{trial_before.integer(1, croupier::raw(at))};
            if (trial_before.step()) {
                const auto rows = from_bytes<std::vector<ledger::TrialRow>>(trial_before.blob_at(1));
                if (!rows) { throw SqliteError{0, "a trial balance is damaged"}; }
                from = Seq{trial_before.unsigned_at(0)};
                sums = TrialSums{*rows};
            }
        }
        for (Seq seq = next(from); seq <= at; seq = next(seq)) {
            const UnitContent content = unit(seq);
            for (const EventRow& event : content.events) {
                if (event.type != ledger::AccountOpened::kFact) { continue; }
                if (const auto fact = from_bytes<ledger::AccountOpened>(event.body)) {
                    ++row_of(sums, fact->account).accounts;
                }
            }
            for (const ledger::Transferred& transfer : content.transfers) {
                row_of(sums, transfer.debit).balance -= transfer.amount;
                row_of(sums, transfer.credit).balance += transfer.amount;
            }
        }
        return sums.rows();
    }

    /// The pocket of an account that the query is about; nullopt: it is about others.
    std::optional<ledger::Pocket> asked_for(const StatementQuery& query, AccountId account_id)
    {
        const ResetLater reset{
            owner.integer(1, croupier::raw(account_id)).integer(2, std::uint64_t{croupier::raw(query.kind)})};
        if (!owner.step() || owner.unsigned_at(0) != croupier::raw(query.player)
            || !matches(query, owner.integer_at(1))) {
            return std::nullopt;
        }
        return static_cast<ledger::Pocket>(owner.integer_at(1));
    }

    /// The player's postings from `newest` back, until `visit` has enough and says false.
    void walk_back(PlayerId player, Seq newest, const std::function<bool(const Posting&)>& visit)
    {
        const ResetLater reset{history.integer(1, croupier::raw(player)).integer(2, block_of(newest))};
        while (history.step()) {
            const auto entries = history.blob_at(1);
            for (std::size_t i = entries.size() / kPostingBytes; i > 0; --i) {
                const Posting posting = unpack(history.unsigned_at(0), entries, i - 1);
                if (posting.seq <= newest && !visit(posting)) { return; }
            }
        }
    }

    /// The last unit that may hold a transfer up to this one: ids grow with seq.
    Seq last_up_to(TransferId transfer, Seq applied)
    {
        std::uint64_t low = 0;
        std::uint64_t high = croupier::raw(applied);
        while (low < high) {
            const std::uint64_t middle = high - (high - low) / 2;
            if (unit(Seq{middle}).first_transfer <= transfer) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return Seq{low};
    }
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
            query(*connected_, viewed);
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
    const std::uint64_t end = before_or_newest(before.transform([](RoundId id) { return croupier::raw(id); }));
    add<std::vector<RoundRow>>(from, std::move(done), [=](Connected& views, Viewed<std::vector<RoundRow>>& viewed) {
        views.walk_back(player, viewed.applied_seq, [&](const Posting& posting) {
            if (viewed.rows.size() == limit) { return false; }
            if (posting.tag != 0 && posting.tag < end) {
                viewed.rows.push_back(round_of(views.unit(posting.seq), RoundId{posting.tag}).row);
            }
            return true;
        });
    });
}

void ViewsReader::round(Seq from, PlayerId player, RoundId round, Done<std::optional<RoundDetail>> done)
{
    add<std::optional<RoundDetail>>(
        from, std::move(done), [=](Connected& views, Viewed<std::optional<RoundDetail>>& viewed) {
            views.walk_back(player, viewed.applied_seq, [&](const Posting& posting) {
                if (posting.tag != croupier::raw(round) || posting.tag == 0) { return true; }
                viewed.rows = round_of(views.unit(posting.seq), round);
                return false;
            });
        });
}

void ViewsReader::statement(Seq from, const StatementQuery& query, Done<std::vector<StatementRow>> done)
{
    const std::uint64_t end = before_or_newest(query.before);
    add<std::vector<StatementRow>>(
        from, std::move(done), [=](Connected& views, Viewed<std::vector<StatementRow>>& viewed) {
            auto& rows = viewed.rows;
            // What was is told exactly or not at all.
            if (query.at > viewed.applied_seq) { throw SqliteError{0, "the views are not that far"}; }
            if (!views.has(query)) { return; }
            Seq newest = std::min(query.at.value_or(viewed.applied_seq), viewed.applied_seq);
            if (query.before) { newest = std::min(newest, views.last_up_to(TransferId{end / 2}, viewed.applied_seq)); }
            const bool of_rounds = query.kind == ledger::AccountKind::player;
            std::optional<Seq> seen;  // A unit has a posting for each of its rounds.
            views.walk_back(query.player, newest, [&](const Posting& posting) {
                if (rows.size() == query.limit) { return false; }
                // A round that is played in one unit never touches what is held.
                if (seen == posting.seq || (posting.tag != 0 && !of_rounds)) { return true; }
                seen = posting.seq;
                const UnitContent unit = views.unit(posting.seq);
                for (const ledger::Transferred& transfer : std::views::reverse(unit.transfers)) {
                    for (const bool gains : {true, false}) {
                        StatementRow row = entry_of(transfer, gains, unit);
                        if (rows.size() == query.limit || row.id >= end) { continue; }
                        const auto pocket = views.asked_for(query, row.account);
                        if (!pocket) { continue; }
                        row.pocket = *pocket;
                        rows.push_back(row);
                    }
                }
                return true;
            });
        });
}

void ViewsReader::trial(Seq at, Done<std::optional<std::vector<ledger::TrialRow>>> done)
{
    using Rows = std::optional<std::vector<ledger::TrialRow>>;
    add<Rows>(at, std::move(done), [at](Connected& views, Viewed<Rows>& viewed) {
        if (viewed.applied_seq < at) { return; }
        viewed.rows = views.trial(at);
    });
}

void ViewsReader::request(Seq from, std::uint64_t scope, Bytes key, Done<std::optional<RequestRow>> done)
{
    add<std::optional<RequestRow>>(from, std::move(done),
        [scope, key = std::move(key)](Connected& views, Viewed<std::optional<RequestRow>>& viewed) {
            const std::uint64_t tag = key_tag(key);
            const ResetLater reset{views.requests.integer(1, scope)};
            while (views.requests.step()) {
                const auto entries = views.requests.blob_at(1);
                for (std::size_t i = 0; i < entries.size() / kPostingBytes; ++i) {
                    const Posting posting = unpack(views.requests.unsigned_at(0), entries, i);
                    if (posting.tag != tag) { continue; }
                    UnitContent unit = views.unit(posting.seq);
                    if (unit.request.key != key) { continue; }
                    viewed.rows = RequestRow{.seq = unit.seq,
                        .content_hash = unit.request.content_hash,
                        .result = unit.request.result,
                        .answer = std::move(unit.request.answer)};
                    return;  // The same key twice keeps its first answer.
                }
            }
        });
}

void ViewsReader::tree_head(std::uint64_t size, Done<std::optional<TreeHead>> done)
{
    CROUPIER_ASSERT(size > 0);
    add<std::optional<TreeHead>>(
        Seq{size}, std::move(done), [size](Connected& views, Viewed<std::optional<TreeHead>>& viewed) {
            if (croupier::raw(viewed.applied_seq) < size) { return; }
            viewed.rows = TreeHead{
                .size = size, .root = views.root_of(0, size), .head = views.unit_and_hash(Seq{size}).first};
        });
}

void ViewsReader::inclusion(Seq unit, std::uint64_t size, Done<std::optional<Inclusion>> done)
{
    CROUPIER_ASSERT(croupier::raw(unit) > 0 && croupier::raw(unit) <= size);
    add<std::optional<Inclusion>>(
        Seq{size}, std::move(done), [unit, size](Connected& views, Viewed<std::optional<Inclusion>>& viewed) {
            if (croupier::raw(viewed.applied_seq) < size) { return; }
            auto [hash, content] = views.unit_and_hash(unit);
            viewed.rows = Inclusion{.leaf = {hash, content.seq, content.at, std::move(content.request)}, .path = {}};
            views.path_of(croupier::raw(unit) - 1, 0, size, viewed.rows->path);
        });
}

}  // namespace croupier::store
