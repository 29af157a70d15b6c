#include "seal_text.hpp"

#include <chrono>
#include <map>

#include "croupier/json_writer.hpp"

namespace croupier::host {

namespace {

void write_hex(std::string& out, std::string_view name, std::span<const std::byte> bytes)
{
    out += ",\"";
    out += name;
    out += "\":\"";
    out += to_hex(bytes);
    out += '"';
}

void write_currency(std::string& out, Currency currency)
{
    out += "\"currency\":\"";
    out += currency.code();
    out += "\",\"exponent\":";
    json::write_number(out, currency.exponent());
}

/// What a day's figures come to, in one currency.
struct Takings {
    std::int64_t ggr = 0;
    std::int64_t owed_to_players = 0;
    std::int64_t owed_by_jackpots = 0;
};

std::map<std::uint32_t, Takings> takings_of(const ledger::DayClosed& report)
{
    std::map<std::uint32_t, Takings> takings;
    for (const ledger::Flow& flow : report.flows) {
        if (flow.pocket != ledger::Pocket::cash) { continue; }  // Restricted credits are nobody's money yet.
        std::int64_t& ggr = takings[flow.currency.number()].ggr;
        if (flow.code == ledger::TransferCode::stake) { ggr += flow.amount; }
        // What a jackpot got is the players' own; what it pays is not paid by the house again.
        if (flow.code == ledger::TransferCode::win || flow.code == ledger::TransferCode::refund
            || flow.code == ledger::TransferCode::contribution) {
            ggr -= flow.amount;
        }
    }
    for (const ledger::TrialRow& row : report.balances) {
        if (row.pocket != ledger::Pocket::cash) { continue; }
        if (row.kind == ledger::AccountKind::player || row.kind == ledger::AccountKind::held) {
            takings[row.currency.number()].owed_to_players += row.balance;
        }
        if (row.kind == ledger::AccountKind::jackpot || row.kind == ledger::AccountKind::jackpot_reserve) {
            takings[row.currency.number()].owed_by_jackpots += row.balance;
        }
    }
    return takings;
}

}  // namespace

void write_seal(std::string& out, const ledger::Seal& seal)
{
    const ledger::SealedHead& head = seal.sealed.head;
    out += "\"number\":\"";
    json::write_number(out, seal.number);
    out += "\",\"day\":";
    json::write_number(out, head.day);
    out += ",\"date\":\"";
    std::string date;
    json::write_time(date, WallTime{std::chrono::days{head.day}});
    out += date.substr(1, 10);
    out += "\",\"ended\":";
    json::write(out, head.ended);
    out += ",\"size\":";
    json::write_number(out, head.size);
    write_hex(out, "root", head.root);
    write_hex(out, "head", head.head);
    write_hex(out, "report", head.report);
    write_hex(out, "key", head.key);
    write_hex(out, "signature", seal.sealed.signature);
}

void write_trial(std::string& out, const std::vector<ledger::TrialRow>& rows)
{
    out += '[';
    for (const ledger::TrialRow& row : rows) {
        if (&row != &rows.front()) { out += ','; }
        out += "{\"kind\":";
        json::write(out, row.kind);
        out += ",\"pocket\":";
        json::write(out, row.pocket);
        out += ",\"accounts\":";
        json::write_number(out, row.accounts);
        out += ",\"balance\":";
        json::write_number(out, row.balance);
        out += ',';
        write_currency(out, row.currency);
        out += '}';
    }
    out += ']';
}

void write_day(std::string& out, const ledger::Seal& seal)
{
    out += "{\"seal\":{";
    write_seal(out, seal);
    out += "},\"balances\":";
    write_trial(out, seal.report.balances);
    out += ",\"flows\":[";
    for (const ledger::Flow& flow : seal.report.flows) {
        if (&flow != &seal.report.flows.front()) { out += ','; }
        out += "{\"code\":";
        json::write(out, flow.code);
        out += ",\"pocket\":";
        json::write(out, flow.pocket);
        out += ",\"transfers\":";
        json::write_number(out, flow.transfers);
        out += ",\"amount\":";
        json::write_number(out, flow.amount);
        out += ",\"from_players\":";
        json::write_number(out, flow.from_players);
        out += ',';
        write_currency(out, flow.currency);
        out += '}';
    }
    out += "],\"takings\":[";
    const auto takings = takings_of(seal.report);
    for (const auto& [currency, sums] : takings) {
        if (currency != takings.begin()->first) { out += ','; }
        out += "{\"ggr\":";
        json::write_number(out, sums.ggr);
        out += ",\"owed_to_players\":";
        json::write_number(out, sums.owed_to_players);
        out += ",\"owed_by_jackpots\":";
        json::write_number(out, sums.owed_by_jackpots);
        out += ',';
        write_currency(out, Currency::from_number(currency).value_or(Currency{}));
        out += '}';
    }
    out += "]}";
}

std::string receipt(const store::Inclusion& inclusion, const ledger::Seal& seal)
{
    const ReceiptLeaf& leaf = inclusion.leaf;
    std::string out{"{\"format\":\"croupier.receipt.v1\",\"seq\":"};
    json::write_number(out, raw(leaf.seq));
    out += ",\"at_micros\":";
    json::write_number(out, to_micros(leaf.at));
    write_hex(out, "hash", leaf.hash);
    out += ",\"request\":{\"scope\":\"";
    json::write_number(out, leaf.request.scope);
    out += '"';
    write_hex(out, "key", leaf.request.key);
    write_hex(out, "content_hash", leaf.request.content_hash);
    out += ",\"result\":";
    json::write_number(out, leaf.request.result);
    out += ",\"answer\":";
    json::write_string(out, leaf.request.answer);
    out += "},\"path\":[";
    for (const Hash& hash : inclusion.path) {
        if (&hash != &inclusion.path.front()) { out += ','; }
        out += '"';
        out += to_hex(hash);
        out += '"';
    }
    out += "],\"seal\":{";
    write_seal(out, seal);
    out += "}}";
    return out;
}

}  // namespace croupier::host
