#pragma once

#include <string>

#include "croupier/json_writer.hpp"
#include "croupier/messages/rounds.hpp"
#include "croupier/money.hpp"

namespace croupier::json {

/// A game as docs/protocol shows it: GameInfo with its currency and its definition as JSON.
inline void write_game(std::string& out, const rounds::GameInfo& info, Currency currency)
{
    out += "{\"game\":";
    write_string(out, info.game);
    out += ",\"name\":";
    write_string(out, info.name);
    out += ",\"kind\":";
    write_string(out, info.kind);
    out += ",\"rtp_ppm\":";
    write_number(out, info.rtp_ppm);
    out += ",\"stake_min\":";
    write_number(out, info.stake_min);
    out += ",\"stake_max\":";
    write_number(out, info.stake_max);
    out += ",\"stake_step\":";
    write_number(out, info.stake_step);
    out += ",\"currency\":\"";
    out += currency.code();
    out += "\",\"exponent\":";
    write_number(out, currency.exponent());
    out += ",\"open\":";
    write(out, info.open);
    if (info.cycle_ms != 0) {
        out += ",\"cycle_ms\":";
        write_number(out, info.cycle_ms);
    }
    if (info.choice_ms != 0) {
        out += ",\"choice_ms\":";
        write_number(out, info.choice_ms);
    }
    out += ",\"definition\":";
    out += info.definition_json;
    out += '}';
}

inline void write_games(std::string& out, const std::vector<rounds::GameInfo>& games, Currency currency)
{
    out += '[';
    for (const rounds::GameInfo& info : games) {
        if (&info != &games.front()) { out += ','; }
        write_game(out, info, currency);
    }
    out += ']';
}

}  // namespace croupier::json
