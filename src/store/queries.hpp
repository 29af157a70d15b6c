#pragma once

#include <boost/describe.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "croupier/codec.hpp"
#include "croupier/messages/ledger.hpp"
#include "croupier/messages/rounds.hpp"
#include "croupier/result.hpp"
#include "croupier/time.hpp"
#include "croupier/unit.hpp"

/// What history can be asked, and the rows that come back: the port between the loop and the views.
namespace croupier::store {

struct RoundRow {
    RoundId round{};
    Seq seq{};  ///< The unit that settled it, or voided it.
    WallTime at{};
    std::string game;
    std::int64_t stake = 0;
    std::int64_t win = 0;
    Currency currency;
    bool voided = false;  ///< By a malfunction; the stake went back.
};
BOOST_DESCRIBE_STRUCT(RoundRow, (), (round, seq, at, game, stake, win, currency, voided))
struct RoundDetail {
    RoundRow row;
    std::vector<rounds::Bet> bets;
    std::string answer;                    ///< What the player was answered; empty if the round answered no request.
    std::optional<rounds::Outcome> shown;  ///< Of such a round: what came of it.
};
BOOST_DESCRIBE_STRUCT(RoundDetail, (), (row, bets, answer, shown))
/// Which entries of a statement.
struct StatementQuery {
    PlayerId player{};
    ledger::AccountKind kind = ledger::AccountKind::player;  ///< Which of the player's accounts.
    std::optional<ledger::Pocket> pocket;                    ///< Of which pocket; none: of any.
    std::optional<Seq> at;                                   ///< As it was after this unit; none: as it is.
    std::optional<std::uint64_t> before;                     ///< Entries before this id; none: from the newest on.
    std::size_t limit = 0;
};
struct StatementRow {
    std::uint64_t id = 0;  ///< For paging: `before`.
    Seq seq{};
    TransferId transfer{};
    AccountId account{};
    ledger::Pocket pocket{};
    WallTime at{};
    ledger::TransferCode code{};
    std::int64_t amount = 0;  ///< Negative: the player's account lost it.
    std::int64_t balance_after = 0;
    std::uint64_t version = 0;
    std::uint64_t reference = 0;
    Currency currency;
};
BOOST_DESCRIBE_STRUCT(StatementRow, (),
    (id, seq, transfer, account, pocket, at, code, amount, balance_after, version, reference, currency))
struct RequestRow {
    Seq seq{};
    Hash content_hash{};
    std::uint16_t result = 0;
    std::string answer;
};
BOOST_DESCRIBE_STRUCT(RequestRow, (), (seq, content_hash, result, answer))

/// The tree over the first `size` units, and the chain where it ends.
struct TreeHead {
    std::uint64_t size = 0;
    Hash root{};
    Hash head{};  ///< The chain's hash at seq `size`.
};
BOOST_DESCRIBE_STRUCT(TreeHead, (), (size, root, head))
/// That a unit stands in a tree of so many: its leaf, and the hashes that lead to the root.
struct Inclusion {
    ReceiptLeaf leaf;
    std::vector<Hash> path;  ///< As RFC 6962, 2.1.1, from the leaf up.
};
BOOST_DESCRIBE_STRUCT(Inclusion, (), (leaf, path))

/// Rows, and up to which unit they are true.
template <class T>
struct Viewed {
    Seq applied_seq{};
    T rows{};
};

/// An answer in canonical bytes: whether it was refused; then the error, or applied_seq and the rows.
template <class T>
Bytes answer_bytes(const Result<Viewed<T>>& answer)
{
    Bytes bytes;
    ByteWriter out{bytes};
    out.write(answer.has_value());
    if (answer) {
        out.write(answer->applied_seq);
        out.write(answer->rows);
    } else {
        const auto& [code, retry_after] = answer.error();
        out.write(code);
        out.write(retry_after ? std::optional<std::int64_t>{retry_after->count()} : std::nullopt);
    }
    return bytes;
}
/// The answer again; nullopt: these are not the bytes of one.
template <class T>
std::optional<Result<Viewed<T>>> answer_from(std::span<const std::byte> bytes)
{
    ByteReader in{bytes};
    std::optional<Result<Viewed<T>>> answer;
    if (in.read<bool>()) {
        Viewed<T> viewed{.applied_seq = in.read<Seq>(), .rows = {}};
        viewed.rows = in.read<T>();
        answer = std::move(viewed);
    } else {
        Error error{in.read<ErrorCode>()};
        if (const auto wait = in.read<std::optional<std::int64_t>>()) {
            error.retry_after = std::chrono::milliseconds{*wait};
        }
        answer = std::unexpected{error};
    }
    if (!in.complete()) { answer.reset(); }
    return answer;
}

/// Called on the loop; each answer comes back on the loop, in the order of the calls, never within the call. The rows are
/// true at least up to the `from` of the call, unless the views cannot be had so new within moments. Refuses: overloaded,
/// when too many wait; not_available, when the file fails.
class Queries {
public:
    template <class T>
    using Done = std::function<void(Result<Viewed<T>>)>;

    virtual ~Queries() = default;
    /// Newest first, those before `before` (nullopt: from the newest on), at most `limit`.
    virtual void rounds(Seq from, PlayerId player, std::optional<RoundId> before, std::size_t limit,
        Done<std::vector<RoundRow>> done) = 0;
    virtual void round(Seq from, PlayerId player, RoundId round, Done<std::optional<RoundDetail>> done) = 0;
    /// Refuses not_available too when the views are not as far as `at`.
    virtual void statement(Seq from, const StatementQuery& query, Done<std::vector<StatementRow>> done) = 0;
    /// The sums by kind as they were after the unit `at`, which is at least 1; nullopt: the views are not that far.
    virtual void trial(Seq at, Done<std::optional<std::vector<ledger::TrialRow>>> done) = 0;
    /// The unit that answers this request, if there is one up to applied_seq.
    virtual void request(Seq from, std::uint64_t scope, Bytes key, Done<std::optional<RequestRow>> done) = 0;
    /// nullopt: the views are not that far yet.
    virtual void tree_head(std::uint64_t size, Done<std::optional<TreeHead>> done) = 0;
    virtual void inclusion(Seq unit, std::uint64_t size, Done<std::optional<Inclusion>> done) = 0;
};

}  // namespace croupier::store
