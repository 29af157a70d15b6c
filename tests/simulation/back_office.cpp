#include "back_office.hpp"

#include "frame.hpp"

namespace croupier::simulation {

using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

constexpr std::string_view kCashier = "the cashier's token, which is long enough";
constexpr std::string_view kAdmin = "the admin's token, which is long enough";

/// Whether it decides a request for ever: as docs/protocol/errors.md has it.
bool final(const std::optional<edge::HttpResponse>& answer)
{
    return answer && answer->status != 503 && answer->status != 429 && answer->status != 500;
}

std::string in_quotes(std::string_view text) { return "\"" + std::string{text} + "\""; }

}  // namespace

BackOffice::BackOffice(World& world, const Plan& plan, House& house, std::vector<Wallet>& wallets)
    : world_{world}, plan_{plan}, house_{house}, wallets_{wallets}
{
}

Hash BackOffice::cashier_token() const { return host::token_hash(kCashier); }
Hash BackOffice::admin_token() const { return host::token_hash(kAdmin); }

void BackOffice::limit()
{
    for (Wallet& wallet : wallets_) {
        if (!wallet.stake_limit || wallet.limited || wallet.id == 0
            || open_.contains("limit-" + std::to_string(wallet.id))) {
            continue;
        }
        request({"limit-" + std::to_string(wallet.id), "players/" + std::to_string(wallet.id) + "/limits",
            R"({"measure":"stake","period":"day","amount":)" + std::to_string(*wallet.stake_limit) + "}", false,
            [&wallet](const Json&) { wallet.limited = true; }});
    }
    world_.after(1s, [this] { limit(); });
}

void BackOffice::begin()
{
    if (!std::exchange(limits_, true)) { limit(); }
    world_.after(world_.about(plan_.think * 2), [this] {
        if (resting_) { return; }
        act();
        begin();
    });
}

Wallet& BackOffice::anyone() { return wallets_[world_.below(wallets_.size())]; }

std::string BackOffice::state() const
{
    std::string out = "back office: " + std::to_string(open_.size()) + " open";
    for (const auto& [key, request] : open_) { out += " " + request.path; }
    return out;
}

void BackOffice::look(const std::string& path, std::vector<host::Parameter> query, Answered answered)
{
    house_.call({.method = "GET",
                    .path = "/api/v1/operator/" + path,
                    .query = std::move(query),
                    .body = {},
                    .token = admin_token(),
                    .idempotency_key = {}},
        std::move(answered));
}

void BackOffice::moved(Wallet& wallet, std::int64_t by, const Json& answer)
{
    wallet.moved += by;
    wallet.see(answer.at("balance"));
}

void BackOffice::act()
{
    Wallet& wallet = anyone();
    if (wallet.id == 0) { return; }
    const std::size_t index = static_cast<std::size_t>(&wallet - wallets_.data());
    const std::string player = std::to_string(wallet.id);
    const auto amount = static_cast<std::int64_t>(1 + world_.below(world_.chance(5) ? 20'000 : 900));
    const std::string key = "k-" + std::to_string(++last_key_);
    const auto money = [&](std::int64_t much) {
        return "{\"player\":" + in_quotes(player) + ",\"amount\":" + std::to_string(much)
            + ",\"payment\":" + in_quotes(key) + "}";
    };
    switch (world_.below(13)) {
        case 0:
        case 1:
            return request(
                {key, "deposits", money(amount), false, [this, &wallet, key, amount, index](const Json& answer) {
                     moved(wallet, amount, answer);
                     deposits_[key] = amount;
                     deposit_of_[key] = index;
                 }});
        case 2:
        case 3:
            return request(
                {key, "withdrawals", money(amount), false, [this, &wallet, amount, index](const Json& answer) {
                     holds_[answer.at("hold").get<std::string>()] = {index, amount};
                     wallet.see(answer.at("balance"));
                 }});
        case 4:
        case 5: {
            if (holds_.empty()) { return; }
            auto hold = holds_.begin();
            std::advance(hold, static_cast<std::ptrdiff_t>(world_.below(holds_.size())));
            const bool approve = world_.chance(2);
            const bool part = approve && world_.chance(2);
            const std::string body = part ? "{\"amount\":" + std::to_string((hold->second.amount + 1) / 2) + "}" : "";
            Wallet& whose = wallets_[hold->second.wallet];
            const std::string path = "withdrawals/" + hold->first + (approve ? "/approve" : "/reject");
            // Sometimes two people decide: one of them is told that it is resolved.
            if (world_.chance(3)) { holds_.erase(hold); }
            return request({key, path, body, false, [&whose](const Json& answer) {
                                const auto posted = answer.at("posted").get<std::int64_t>();
                                whose.moved -= posted;
                                whose.paid_out += posted;
                                whose.see(answer.at("balance"));
                            }});
        }
        case 6: {
            const std::int64_t by = world_.chance(2) ? amount : -amount;
            const std::string body = "{\"player\":" + in_quotes(player) + ",\"amount\":" + std::to_string(by)
                + R"(,"reason":"goodwill","ticket":)" + in_quotes(key) + "}";
            return request({key, "adjustments", body, false, [this, &wallet, by, key](const Json& answer) {
                                if (!answer.contains("proposal")) { return moved(wallet, by, answer); }
                                // Another person confirms it, or does not.
                                const bool confirm = world_.chance(2);
                                const std::string path = "adjustments/" + answer.at("proposal").get<std::string>()
                                    + (confirm ? "/confirm" : "/decline");
                                request({key + "-c", path, "", true, [this, &wallet, by, confirm](const Json& decided) {
                                             if (confirm) { moved(wallet, by, decided); }
                                         }});
                            }});
        }
        case 7:
            return request({key, "bonuses",
                "{\"player\":" + in_quotes(player) + ",\"amount\":" + std::to_string(amount)
                    + ",\"ticket\":" + in_quotes(key) + "}",
                true, [this, &wallet, amount](const Json& answer) { moved(wallet, amount, answer); }});
        case 8: {
            const bool forfeit = world_.chance(3);
            return request({key, "players/" + player + (forfeit ? "/forfeit-bonus" : "/convert-bonus"), "", true,
                [this, &wallet, forfeit](const Json& answer) {
                    // What is converted stays the player's.
                    moved(wallet, forfeit ? -answer.at("amount").get<std::int64_t>() : 0, answer);
                }});
        }
        case 9: {
            // A deposit of ours, or one that never came: then its key is barred.
            if (!deposits_.empty() && world_.chance(2)) {
                const auto one = deposits_.begin();
                const std::string back = one->first;
                const std::int64_t much = one->second;
                Wallet& whose = wallets_[deposit_of_.at(back)];
                deposits_.erase(one);
                return request({key, "rollbacks", "{\"key\":" + in_quotes(back) + "}", false,
                    [this, &whose, much](const Json& answer) {
                        require(answer.at("arrived").get<bool>(),
                            [] { return "a deposit that was answered is said not to have come"; });
                        moved(whose, -much, answer);
                    }});
            }
            const std::string late = key + "-late";
            return request({key, "rollbacks", "{\"key\":" + in_quotes(late) + "}", false,
                [this, &wallet, late, player](const Json& answer) {
                    require(!answer.at("arrived").get<bool>(),
                        [] { return "a request that was not sent is said to have come"; });
                    request(
                        {late, "deposits", "{\"player\":" + in_quotes(player) + ",\"amount\":77,\"payment\":\"late\"}",
                            false, [&wallet](const Json&) {
                                violated(wallet.nickname + ": a deposit was taken after it had been rolled back");
                            }});
                }});
        }
        case 10:
            return request(
                {key, "players/" + player + (world_.chance(2) ? "/freeze" : "/thaw"), "", true, [](const Json&) {}});
        case 11: {
            // A round that waits for its player is ended by hand, if it waits still.
            if (wallet.in_play.empty()) { return; }
            const std::string round = wallet.in_play.begin()->first;
            return request({key, "rounds/" + round + "/void", "", true, [&wallet, round](const Json&) {
                                wallet.voided.insert(round);
                                require(!wallet.rounds.contains(round),
                                    [&] { return wallet.nickname + ": round " + round + " is void, and had ended"; });
                            }});
        }
        default:
            return look("trial-balance", {}, [](const std::optional<edge::HttpResponse>& answer) {
                if (!answer || answer->status != 200) { return; }
                std::map<std::string, std::int64_t> sums;
                for (const Json& row : Json::parse(answer->body).at("rows")) {
                    sums[row.at("pocket").get<std::string>()] += row.at("balance").get<std::int64_t>();
                }
                for (const auto& [pocket, sum] : sums) {
                    require(sum == 0, [&] {
                        return "the trial balance of the pocket " + pocket + " is off by " + std::to_string(sum);
                    });
                }
            });
    }
}

void BackOffice::request(Request request)
{
    const std::string key = request.key;
    open_[key] = std::move(request);
    send(key);
    if (plan_.repeats && world_.chance(4)) { send(key); }
}

void BackOffice::repeat_all()
{
    for (const auto& [key, told] : answers_) {
        ++repeating_;
        repeat(key);
    }
}

void BackOffice::repeat(const std::string& key)
{
    const Request& request = answers_.at(key).request;
    house_.call({.method = "POST",
                    .path = "/api/v1/operator/" + request.path,
                    .query = {},
                    .body = request.body,
                    .token = request.admin ? admin_token() : cashier_token(),
                    .idempotency_key = key},
        [this, key](const std::optional<edge::HttpResponse>& answer) {
            if (!final(answer)) {
                return world_.after(world_.about(500ms), [this, key] { repeat(key); });
            }
            --repeating_;
            answered(key, answer);
        });
}

void BackOffice::send(const std::string& key)
{
    const auto found = open_.find(key);
    const Request& request = found != open_.end() ? found->second : answers_.at(key).request;
    house_.call({.method = "POST",
                    .path = "/api/v1/operator/" + request.path,
                    .query = {},
                    .body = request.body,
                    .token = request.admin ? admin_token() : cashier_token(),
                    .idempotency_key = key},
        [this, key](const std::optional<edge::HttpResponse>& answer) { answered(key, answer); });
}

void BackOffice::answered(const std::string& key, const std::optional<edge::HttpResponse>& answer)
{
    const auto known = answers_.find(key);
    const auto again = [&] {
        if (known == answers_.end()) {
            world_.after(world_.about(500ms), [this, key] {
                if (open_.contains(key)) { send(key); }
            });
        }
    };
    if (!final(answer)) { return again(); }
    if (known != answers_.end()) {
        require(known->second.status == answer->status && known->second.body == answer->body, [&] {
            return "operator's request " + key + " was answered " + known->second.body + " and then " + answer->body;
        });
        return;
    }
    auto request = open_.extract(key);
    if (request.empty()) { return; }
    auto done = request.mapped().done;
    answers_[key] = {std::move(request.mapped()), answer->status, answer->body};
    if (answer->status == 200) { done(Json::parse(answer->body)); }
    if (plan_.repeats && world_.chance(3)) {
        world_.after(world_.about(5s), [this, key] { send(key); });
    }
}

}  // namespace croupier::simulation
