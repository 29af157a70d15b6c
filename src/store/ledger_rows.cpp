#include "ledger_rows.hpp"

#include <algorithm>
#include <limits>

namespace croupier::store {

namespace {

// The columns of each SELECT, by name.
namespace commit_column {
enum : int {
    seq,
    format,
    epoch,
    at,
    scope,
    request_key,
    content_hash,
    result,
    answer,
    first_transfer,
    first_event,
    hash
};
}
namespace transfer_column {
enum : int {
    id,
    commit_seq,
    debit,
    credit,
    amount,
    currency,
    code,
    reference,
    debit_after,
    credit_after,
    debit_version,
    credit_version
};
}
namespace event_column {
enum : int { id, commit_seq, stream, type, after_transfers, body };
}

[[noreturn]] void refuse_type(Seq seq, const char* name)
{
    throw RowsBroken{seq, std::string{name} + " has another type than it should"};
}

void expect(Seq seq, const Statement& row, int column, Statement::Type type, const char* name)
{
    if (row.type(column) != type) { refuse_type(seq, name); }
}

std::int64_t integer(Seq seq, const Statement& row, int column, const char* name)
{
    const auto value = row.integer_if_at(column);
    if (!value) { refuse_type(seq, name); }
    return *value;
}

std::uint64_t number(Seq seq, const Statement& row, int column, const char* name)
{
    return static_cast<std::uint64_t>(integer(seq, row, column, name));
}

// A column that holds a smaller type refuses what that type cannot hold: two different rows never give one unit.
template <class Small>
Small small(Seq seq, const Statement& row, int column, const char* name)
{
    const auto value = integer(seq, row, column, name);
    if (value < 0 || value > std::int64_t{std::numeric_limits<Small>::max()}) {
        throw RowsBroken{seq, std::string{name} + " is out of range"};
    }
    return static_cast<Small>(value);
}

Hash hash_at(Seq seq, const Statement& row, int column, const char* name)
{
    expect(seq, row, column, Statement::Type::blob, name);
    const auto bytes = row.blob_at(column);
    Hash hash;
    if (bytes.size() != hash.size()) { throw RowsBroken{seq, std::string{name} + " is not 32 bytes"}; }
    std::ranges::copy(bytes, hash.begin());
    return hash;
}

// Valid until the row's next step.
std::span<const std::byte> blob(Seq seq, const Statement& row, int column, const char* name)
{
    expect(seq, row, column, Statement::Type::blob, name);
    return row.blob_at(column);
}

}  // namespace

UnitRows::UnitRows(Connection& connection)
    : commit_{connection,
          "INSERT INTO commits (seq, format, epoch, at_micros, scope, request_key, content_hash, result, answer, "
          "first_transfer, first_event, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"},
      transfer_{connection,
          "INSERT INTO transfers (id, commit_seq, debit_account, credit_account, amount_minor, currency, code, reference, "
          "debit_after_minor, credit_after_minor, debit_version, credit_version) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"},
      event_{connection,
          "INSERT INTO events (id, commit_seq, stream, type, after_transfers, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"}
{
}

void UnitRows::insert(const UnitContent& content, const Hash& hash)
{
    const std::uint64_t seq = raw(content.seq);
    commit_.integer(1, seq)
        .integer(2, std::uint64_t{content.format})
        .integer(3, raw(content.epoch))
        .integer(4, to_micros(content.at))
        .integer(5, content.request.scope)
        .blob(6, content.request.key)
        .blob(7, content.request.content_hash)
        .integer(8, std::uint64_t{content.request.result})
        .text(9, content.request.answer)
        .integer(10, raw(content.first_transfer))
        .integer(11, raw(content.first_event))
        .blob(12, hash)
        .run();
    for (const ledger::Transferred& transfer : content.transfers) {
        transfer_.integer(1, raw(transfer.id))
            .integer(2, seq)
            .integer(3, raw(transfer.debit))
            .integer(4, raw(transfer.credit))
            .integer(5, transfer.amount)
            .integer(6, std::uint64_t{transfer.currency.number()})
            .integer(7, std::uint64_t{static_cast<std::uint16_t>(transfer.code)})
            .integer(8, transfer.reference)
            .integer(9, transfer.debit_after)
            .integer(10, transfer.credit_after)
            .integer(11, transfer.debit_version)
            .integer(12, transfer.credit_version)
            .run();
    }
    std::uint64_t id = raw(content.first_event);
    for (const EventRow& event : content.events) {
        event_.integer(1, id++)
            .integer(2, seq)
            .integer(3, event.stream)
            .integer(4, std::uint64_t{event.type})
            .integer(5, std::uint64_t{event.after_transfers})
            .blob(6, event.body)
            .run();
    }
}

UnitCursor::UnitCursor(Connection& connection)
    : commits_{connection,
          "SELECT seq, format, epoch, at_micros, scope, request_key, content_hash, result, answer, first_transfer, "
          "first_event, hash FROM commits WHERE seq >= ?1 ORDER BY seq"},
      transfers_{connection,
          "SELECT id, commit_seq, debit_account, credit_account, amount_minor, currency, code, reference, "
          "debit_after_minor, credit_after_minor, debit_version, credit_version FROM transfers WHERE id >= ?1 ORDER BY id"},
      events_{connection,
          "SELECT id, commit_seq, stream, type, after_transfers, body FROM events WHERE id >= ?1 ORDER BY id"}
{
}

void UnitCursor::seek(Seq from)
{
    close();
    expected_.reset();
    commits_.integer(1, raw(from));
    commit_there_ = commits_.step();
    if (!commit_there_) {
        // Behind the last unit no rows should follow; where they would start is known from the walk before, if any.
        return;
    }
    next_transfer_ = number(from, commits_, commit_column::first_transfer, "first_transfer");
    next_event_ = number(from, commits_, commit_column::first_event, "first_event");
    transfers_.integer(1, next_transfer_);
    transfer_there_ = transfers_.step();
    events_.integer(1, next_event_);
    event_there_ = events_.step();
}

ledger::Transferred UnitCursor::transfer_row(Seq seq) const
{
    using namespace transfer_column;
    ledger::Transferred transfer;
    transfer.id = TransferId{number(seq, transfers_, id, "transfers.id")};
    transfer.debit = AccountId{number(seq, transfers_, debit, "debit_account")};
    transfer.credit = AccountId{number(seq, transfers_, credit, "credit_account")};
    transfer.amount = integer(seq, transfers_, amount, "amount_minor");
    const auto packed = small<std::uint32_t>(seq, transfers_, currency, "currency");
    const auto known = Currency::from_number(packed);
    if (!known) { throw RowsBroken{seq, "currency is not a known one"}; }
    transfer.currency = *known;
    transfer.code = static_cast<ledger::TransferCode>(small<std::uint16_t>(seq, transfers_, code, "code"));
    transfer.reference = number(seq, transfers_, reference, "reference");
    transfer.debit_after = integer(seq, transfers_, debit_after, "debit_after_minor");
    transfer.credit_after = integer(seq, transfers_, credit_after, "credit_after_minor");
    transfer.debit_version = number(seq, transfers_, debit_version, "debit_version");
    transfer.credit_version = number(seq, transfers_, credit_version, "credit_version");
    return transfer;
}

EventRow UnitCursor::event_row(Seq seq) const
{
    using namespace event_column;
    EventRow event;
    event.stream = number(seq, events_, stream, "stream");
    event.type = small<std::uint16_t>(seq, events_, type, "type");
    event.after_transfers = small<std::uint32_t>(seq, events_, after_transfers, "after_transfers");
    const auto bytes = blob(seq, events_, body, "body");
    event.body.assign(bytes.begin(), bytes.end());
    return event;
}

bool UnitCursor::next(StoredUnit& unit)
{
    if (!commit_there_) { return false; }
    UnitContent& content = unit.content;
    content.transfers.clear();
    content.events.clear();
    {
        using namespace commit_column;
        content.seq = Seq{static_cast<std::uint64_t>(commits_.integer_at(seq))};
        if (expected_ && content.seq != *expected_) { throw RowsBroken{*expected_, "its row in commits is missing"}; }
        content.format = small<std::uint16_t>(content.seq, commits_, format, "format");
        content.epoch = Epoch{number(content.seq, commits_, epoch, "epoch")};
        content.at = from_micros(integer(content.seq, commits_, at, "at_micros"));
        content.request.scope = number(content.seq, commits_, scope, "scope");
        const auto key = blob(content.seq, commits_, request_key, "request_key");
        content.request.key.assign(key.begin(), key.end());
        content.request.content_hash = hash_at(content.seq, commits_, content_hash, "content_hash");
        content.request.result = small<std::uint16_t>(content.seq, commits_, result, "result");
        expect(content.seq, commits_, answer, Statement::Type::text, "answer");
        content.request.answer = commits_.text_at(answer);
        content.first_transfer = TransferId{number(content.seq, commits_, first_transfer, "first_transfer")};
        content.first_event = EventId{number(content.seq, commits_, first_event, "first_event")};
        unit.hash = hash_at(content.seq, commits_, hash, "hash");
    }
    if (raw(content.first_transfer) != next_transfer_ || raw(content.first_event) != next_event_) {
        throw RowsBroken{content.seq, "its first transfer or event does not follow the ones before"};
    }
    while (transfer_there_
        && number(content.seq, transfers_, transfer_column::commit_seq, "commit_seq") == raw(content.seq)) {
        content.transfers.push_back(transfer_row(content.seq));
        if (raw(content.transfers.back().id) != next_transfer_) {
            throw RowsBroken{content.seq, "a row in transfers is missing"};
        }
        ++next_transfer_;
        transfer_there_ = transfers_.step();
    }
    while (event_there_ && number(content.seq, events_, event_column::commit_seq, "commit_seq") == raw(content.seq)) {
        if (number(content.seq, events_, event_column::id, "events.id") != next_event_) {
            throw RowsBroken{content.seq, "a row in events is missing"};
        }
        content.events.push_back(event_row(content.seq));
        ++next_event_;
        event_there_ = events_.step();
    }
    expected_ = croupier::next(content.seq);
    commit_there_ = commits_.step();
    return true;
}

void UnitCursor::expect_no_rows_left(Seq last)
{
    if (transfer_there_ || event_there_) {
        throw RowsBroken{last, "transfers or events follow that belong to no unit"};
    }
}

void UnitCursor::close() noexcept
{
    commits_.reset();
    transfers_.reset();
    events_.reset();
    commit_there_ = transfer_there_ = event_there_ = false;
}

}  // namespace croupier::store
