#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "house.hpp"

namespace croupier::simulation {

/// What is known of a player's money by those who were told: the player's own devices, and operators. Only what passed the
/// gate gets here.
struct Wallet {
    std::string nickname;
    std::uint64_t id = 0;  ///< 0 until somebody was told.
    bool registered = false;
    struct Seen {
        std::int64_t available = 0;
        std::int64_t bonus = 0;
        friend bool operator==(const Seen&, const Seen&) = default;
    };
    std::map<std::uint64_t, Seen> seen;  ///< By version: one version, one balance, whoever asks.
    std::int64_t moved = 0;              ///< What all acknowledged requests together have changed, held money included.
    std::int64_t paid_out = 0;           ///< Of withdrawals that ended.
    struct Round {
        std::int64_t stake = 0;
        std::int64_t win = 0;
        std::int64_t jackpot = 0;
    };
    std::map<std::string, Round> rounds;  ///< Those that were told, by number.
    struct InPlay {
        std::int64_t stake = 0;
        std::uint64_t choices = 0;
    };
    std::map<std::string, InPlay> in_play;    ///< Rounds that may wait for a choice.
    std::set<std::string> voided;             ///< Rounds that the house ended by hand.
    std::set<std::string> dealt;              ///< Rounds of which a spin's answer said that they wait.
    std::optional<std::int64_t> stake_limit;  ///< A day; it has to be set before the first stake.
    bool limited = false;                     ///< It is.
    std::set<std::string> claimed;            ///< Rounds of which the server said that they are this player's.
    std::uint64_t unresolved = 0;             ///< Commands of sessions that ended before their answer came.

    /// How a round ended. Whoever hears of it once more hears the same.
    void ended(const std::string& round, const Round& how);
    /// Notes a balance; violated if this version was another balance before. Returns the version.
    std::uint64_t see(const nlohmann::json& balance);
};

/// One device of a player: a session, a connection, and the program that plays. It checks all it is told.
class Device final : public Peer {
public:
    Device(World& world, const Plan& plan, House& house, Wallet& wallet, std::string name);
    void begin();
    /// No new actions; what is open is still brought to an end.
    void rest() noexcept { resting_ = true; }
    /// One more spin, to see that the house is in order; done() once it was answered.
    void prove();
    /// Nothing is open, and what was to be proved is.
    bool done() const;
    const std::string& token() const noexcept { return token_; }
    const std::string& name() const noexcept { return name_; }
    std::uint64_t answered() const noexcept { return answered_; }
    std::string state() const;

    void opened() override;
    void heard(std::string_view frame) override;
    void closed(std::uint16_t code) override;
    std::size_t window() const override { return slow_ ? 1 : 64; }

private:
    enum class State : std::uint8_t { away, registering, logging_in, offline, connecting, greeting, playing };
    struct Sent {
        std::string frame;
        std::int64_t stake = 0;
        std::string round;  ///< Whose choice it is; empty: it is a spin.
    };

    void act();
    void later();
    void log_in();
    void log_out();
    void connect();
    void spin();
    /// The number of the newest command of this session; 0: none was sent.
    std::uint64_t last_sent() const { return frames_.empty() ? 0 : frames_.rbegin()->first; }
    void choose();
    void refused(const Sent& sent, const std::string& code, std::string_view text);
    void look_up(const std::string& round);
    /// Makes up the next command, without sending it.
    const std::string& next_command();
    void send_again();
    void send_again_later();
    void repeat_old();
    void misbehave();
    void ask();
    void look();
    void take_over();
    void welcomed(const nlohmann::json& ok);
    void answered(std::uint64_t n, std::string_view frame, const nlohmann::json& parsed);
    void pushed(const nlohmann::json& frame);
    void saw_version(std::uint64_t version, std::string_view why);
    [[noreturn]] void wrong(const std::string& what) const { violated(name_ + ": " + what); }

    World& world_;
    const Plan& plan_;
    House& house_;
    Wallet& wallet_;
    std::string name_;
    bool resting_ = false;
    bool proving_ = false;
    bool slow_ = false;
    State state_ = State::away;
    bool again_soon_ = false;
    bool one_by_one_ = false;  ///< Told to wait: what is open goes out again one at a time.

    std::string token_;
    std::string session_;
    ConnectionId connection_{};
    std::uint64_t acknowledged_ = 0;
    std::uint64_t known_at_welcome_ = 0;  ///< Answers up to here are repeats: their balance may be an old one.
    std::map<std::uint64_t, Sent> open_;  ///< Sent and not answered, by n.
    std::map<std::uint64_t, std::string> answers_;  ///< Every answer of this session, exactly.
    std::map<std::uint64_t, std::string> frames_;   ///< What was sent under each n of this session.
    std::uint64_t q_ = 0;
    std::uint64_t answered_ = 0;

    std::string instance_;
    std::uint64_t push_ = 0;     ///< The last push seen of this instance.
    std::uint64_t version_ = 0;  ///< The newest balance on this connection.
};

}  // namespace croupier::simulation
