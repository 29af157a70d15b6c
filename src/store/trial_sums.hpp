#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "croupier/messages/ledger.hpp"

namespace croupier::store {

/// Sums of accounts by kind, pocket and currency, moved on transfer by transfer.
class TrialSums {
public:
    using Key = std::tuple<ledger::AccountKind, ledger::Pocket, std::uint32_t>;

    TrialSums() = default;
    explicit TrialSums(const std::vector<ledger::TrialRow>& rows)
    {
        for (const ledger::TrialRow& row : rows) { rows_[{row.kind, row.pocket, row.currency.number()}] = row; }
    }

    ledger::TrialRow& at(ledger::AccountKind kind, ledger::Pocket pocket, Currency currency)
    {
        ledger::TrialRow& row = rows_[{kind, pocket, currency.number()}];
        row.kind = kind;
        row.pocket = pocket;
        row.currency = currency;
        return row;  // Stays where it is.
    }

    std::vector<ledger::TrialRow> rows() const
    {
        std::vector<ledger::TrialRow> rows;
        rows.reserve(rows_.size());
        for (const auto& [key, row] : rows_) { rows.push_back(row); }
        return rows;
    }

private:
    std::map<Key, ledger::TrialRow> rows_;
};

}  // namespace croupier::store
