#include "frames.hpp"

#include "croupier/game_json.hpp"
#include "croupier/json_writer.hpp"

namespace croupier::session::frames {

namespace {

void open_reply(std::string& out, std::string_view member, std::uint64_t number)
{
    out += '"';
    out += member;
    out += "\":";
    json::write_number(out, number);
}

void write_error(std::string& out, const Error& error, std::optional<std::uint64_t> expected = std::nullopt)
{
    out += ",\"error\":";
    json::write_error(out, error, expected);
}

/// The newest of the answers, as many as fit into `room` bytes, which is what is left for older ones afterwards.
void write_answers(std::string& out, std::span<const Answer> answers, std::size_t& room)
{
    auto first = answers.end();
    while (first != answers.begin()) {
        const std::size_t needed = std::prev(first)->text.size() + 3;  // Braces and a comma.
        if (needed > room) {
            room = 0;  // No gap: what is older than this one is not told either.
            break;
        }
        room -= needed;
        --first;
    }
    out += '[';
    for (auto answer = first; answer != answers.end(); ++answer) {
        if (answer != first) { out += ','; }
        out += '{';
        out += answer->text;
        out += '}';
    }
    out += ']';
}

/// {"rq":q,"ok":{"op":"…"  — the caller adds members and closes both braces.
std::string open_query(std::uint64_t q, std::string_view op)
{
    std::string out{'{'};
    open_reply(out, "rq", q);
    out += ",\"ok\":{\"op\":\"";
    out += op;
    out += '"';
    return out;
}

}  // namespace

std::string spun(std::uint64_t n, std::string_view op, const rounds::Spun& spun)
{
    std::string out;
    out.reserve(768);
    open_reply(out, "re", n);
    out += ",\"ok\":{\"op\":\"";
    out += op;
    out += "\",";
    json::write_members(out, spun, true);
    out += '}';
    return out;
}

std::string refused(std::uint64_t n, const Error& error)
{
    std::string out;
    open_reply(out, "re", n);
    write_error(out, error);
    return out;
}

std::string whole(std::string_view members)
{
    std::string out;
    out.reserve(members.size() + 2);
    out += '{';
    out += members;
    out += '}';
    return out;
}

std::string command_refused(std::uint64_t n, const Error& error, std::optional<std::uint64_t> expected)
{
    std::string out{'{'};
    open_reply(out, "re", n);
    write_error(out, error, expected);
    out += '}';
    return out;
}

std::string query_refused(std::uint64_t q, const Error& error)
{
    std::string out{'{'};
    open_reply(out, "rq", q);
    write_error(out, error);
    out += '}';
    return out;
}

std::string welcome(const Welcome& welcome)
{
    std::string out = open_query(welcome.q, "hello");
    out += ",\"session\":";
    json::write(out, welcome.who->session);
    out += ",\"player\":";
    json::write(out, welcome.who->player);
    out += ",\"nickname\":";
    json::write_string(out, welcome.who->nickname);
    out += ",\"instance\":";
    json::write_string(out, welcome.instance);
    out += ",\"seq\":";
    json::write_number(out, welcome.seq);
    out += ",\"last_n\":";
    json::write_number(out, welcome.last_n);
    std::size_t room = welcome.answers_bytes_max;
    out += ",\"results\":";
    write_answers(out, welcome.results, room);
    out += ",\"previous\":";
    write_answers(out, welcome.previous, room);
    out += ",\"resumed\":";
    json::write(out, welcome.resumed);
    out += ",\"balance\":";
    json::write_balance(out, welcome.who->balance);
    out += ",\"demo\":";
    json::write(out, welcome.demo);
    out += ",\"server_time\":";
    json::write_time(out, welcome.now);
    out += "}}";
    return out;
}

std::string balance(std::uint64_t q, const ledger::Balance& balance)
{
    std::string out = open_query(q, "balance");
    out += ",\"balance\":";
    json::write_balance(out, balance);
    out += "}}";
    return out;
}

std::string games(std::uint64_t q, const rounds::Games& games, Currency currency)
{
    std::string out = open_query(q, "games");
    out += ",\"games\":";
    json::write_games(out, games.games, currency);
    out += "}}";
    return out;
}

std::string online(std::uint64_t q, std::uint64_t players)
{
    std::string out = open_query(q, "online");
    out += ",\"players\":";
    json::write_number(out, players);
    out += "}}";
    return out;
}

std::string open(std::uint64_t q, const rounds::OpenRounds& open)
{
    std::string out = open_query(q, "open");
    out += ",\"rounds\":";
    json::write(out, open.rounds);
    out += "}}";
    return out;
}

std::string balance_push(std::uint64_t seq, const ledger::Balance& balance)
{
    std::string out{'{'};
    open_reply(out, "seq", seq);
    out += ",\"ev\":\"balance\",\"balance\":";
    json::write_balance(out, balance);
    out += '}';
    return out;
}

std::string online_push(std::uint64_t seq, std::uint64_t players)
{
    std::string out{'{'};
    open_reply(out, "seq", seq);
    out += ",\"ev\":\"online\",\"players\":";
    json::write_number(out, players);
    out += '}';
    return out;
}

std::string games_push(std::uint64_t seq)
{
    std::string out{'{'};
    open_reply(out, "seq", seq);
    out += ",\"ev\":\"games\"}";
    return out;
}

std::string draining_push(std::uint64_t seq)
{
    std::string out{'{'};
    open_reply(out, "seq", seq);
    out += ",\"ev\":\"draining\"}";
    return out;
}

}  // namespace croupier::session::frames
