#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "player.hpp"

namespace croupier::simulation {

/// The operator's people: one cashier's system and one admin's, which send requests under keys and send them again until they
/// are answered, at the latest when all faults are over.
class BackOffice {
public:
    BackOffice(World& world, const Plan& plan, House& house, std::vector<Wallet>& wallets);
    /// The tokens that the house has to know first.
    Hash cashier_token() const;
    Hash admin_token() const;
    void begin();
    void rest() noexcept { resting_ = true; }
    bool done() const { return open_.empty() && repeating_ == 0; }
    /// Sends every request again that was ever answered: the answer has to be the first one.
    void repeat_all();
    std::uint64_t answered() const noexcept { return answers_.size(); }
    std::string state() const;

    /// GET of an operator's page.
    void look(const std::string& path, std::vector<host::Parameter> query, Answered answered);

private:
    struct Request {
        std::string key;
        std::string path;
        std::string body;
        bool admin = false;
        std::function<void(const nlohmann::json&)> done;  ///< With what a 200 says.
    };

    void act();
    /// Sets the limits that players have asked for.
    void limit();
    void request(Request request);
    void send(const std::string& key);
    void repeat(const std::string& key);
    void answered(const std::string& key, const std::optional<edge::HttpResponse>& answer);
    Wallet& anyone();
    void moved(Wallet& wallet, std::int64_t by, const nlohmann::json& answer);

    World& world_;
    const Plan& plan_;
    House& house_;
    std::vector<Wallet>& wallets_;
    bool resting_ = false;
    bool limits_ = false;
    std::size_t repeating_ = 0;
    std::uint64_t last_key_ = 0;
    std::map<std::string, Request> open_;
    struct Told {
        Request request;
        int status = 0;
        std::string body;
    };
    std::map<std::string, Told> answers_;  ///< By key: one answer for ever.
    struct OpenHold {
        std::size_t wallet = 0;
        std::int64_t amount = 0;
    };
    std::map<std::string, OpenHold> holds_;         ///< Withdrawals that we know to be open.
    std::map<std::string, std::int64_t> deposits_;  ///< Deposits that can be rolled back, by key: whose amount.
    std::map<std::string, std::size_t> deposit_of_;
};

}  // namespace croupier::simulation
