#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "builtin_modules.hpp"
#include "casino.hpp"
#include "config/config.hpp"
#include "croupier/messages/list.hpp"
#include "fixed_seal_key.hpp"
#include "manual_clock.hpp"
#include "memory_keys.hpp"
#include "memory_store.hpp"
#include "seeded_random.hpp"
#include "server_seeds.hpp"

namespace croupier::fakes {

/// What the casino told the outside, as a test reads it.
class RecordedOutputs final : public Outputs {
public:
    struct Frame {
        ConnectionId connection{};
        std::string text;
        Seq rests_on{};  ///< Set by TestCasino once the input is decided.
    };
    struct Close {
        ConnectionId connection{};
        std::uint16_t code = 0;
    };
    struct LookUp {
        ConnectionId connection{};
        SessionId session{};
        std::uint64_t n = 0;
        Hash content{};
    };

    void frame(ConnectionId connection, std::string text) override { frames.push_back({connection, std::move(text)}); }
    void chatter(ConnectionId connection, std::string_view, std::string text) override
    {
        chatters.push_back({connection, std::move(text)});
    }
    void close(ConnectionId connection, std::uint16_t code, std::string_view) override
    {
        closes.push_back({connection, code});
    }
    void refused(ErrorCode code) override { refusals.push_back(code); }
    void look_up(ConnectionId connection, SessionId session, std::uint64_t n, const Hash& content) override
    {
        look_ups.push_back({connection, session, n, content});
    }

    std::vector<Frame> frames;
    std::vector<Frame> chatters;
    std::vector<Close> closes;
    std::vector<LookUp> look_ups;
    std::vector<ErrorCode> refusals;
};

/// The whole casino in memory: all modules, a store that can lose what is not durable, and a generator with a seed.
class TestCasino {
public:
    /// `seal_key` outlives it; null: it has one of its own.
    explicit TestCasino(config::Config config = demo(), std::uint64_t seed = 1, SealKey* seal_key = nullptr)
        : config_{std::move(config)}, seal_key_{seal_key == nullptr ? &fixed_key_ : seal_key}, rng{seed}
    {
        load();
        restart();
    }

    static config::Config demo()
    {
        config::Config config;
        config.server.demo = true;
        return config;
    }

    /// Forgets what was not durable, and folds the casino again from what is.
    void crash()
    {
        store.crash();
        restart();
    }

    /// Begins again from what is durable, with another configuration.
    void restart_with(config::Config config)
    {
        config_ = std::move(config);
        load();
        crash();
    }

    /// A new casino in the same state, folded from the durable facts (no ports: as a standby or a shadow would).
    std::unique_ptr<host::Casino> folded() const
    {
        auto other = std::make_unique<host::Casino>(host::make_modules(config_, games_, {}, "folded"));
        fold(*other);
        return other;
    }

    template <class Command>
    Result<typename Command::Reply> send(const Command& command)
    {
        auto reply = casino->input(
            clock.wall(), out, [&](Context& context) { return casino->bus().send(command, context); });
        for (auto& frame : out.frames) {
            if (frame.rests_on == Seq{0}) { frame.rests_on = casino->submitted().seq; }
        }
        return reply;
    }

    /// Registers and logs in; the token is derived from the nickname.
    session::LoggedIn player(const std::string& nickname)
    {
        const auto registered = send(session::Register{nickname});
        CROUPIER_ASSERT(registered.has_value());
        return log_in(nickname, nickname);
    }
    session::LoggedIn log_in(const std::string& nickname, const std::string& token)
    {
        const auto logged_in = send(session::LogIn{nickname, token_of(token)});
        CROUPIER_ASSERT(logged_in.has_value());
        return *logged_in;
    }
    static Hash token_of(const std::string& token) { return sha256(as_bytes(token)); }

    Result<session::Done> hello(
        std::uint64_t connection, const std::string& token, std::optional<session::Resume> resume = std::nullopt)
    {
        return send(session::Hello{ConnectionId{connection}, 1, token_of(token), std::move(resume)});
    }
    Result<session::Done> spin(std::uint64_t connection, std::uint64_t n, std::int64_t stake = 100)
    {
        return send(session::Play{ConnectionId{connection}, n, "lucky-lines", stake, {}});
    }
    std::int64_t balance(PlayerId player)
    {
        const auto balance = send(ledger::GetBalance{player});
        CROUPIER_ASSERT(balance.has_value());
        return balance->available;
    }
    /// The last frame, and it is the only one since the last call.
    std::string only_frame()
    {
        CROUPIER_ASSERT(out.frames.size() == 1);
        std::string text = std::move(out.frames.front().text);
        out.frames.clear();
        return text;
    }
    /// State of all modules as bytes.
    static Bytes state(const host::Casino& of)
    {
        Bytes bytes;
        ByteWriter writer{bytes};
        for (const auto& module : of.modules()) { module->save(writer); }
        return bytes;
    }

private:
    void fold(host::Casino& target) const
    {
        for (const auto& unit : store.units()) {
            // From the bytes, as a standby gets them.
            const auto content = open_unit(unit->bytes);
            CROUPIER_ASSERT(content.has_value());
            const bool applied = target.apply(*content, unit->position);
            CROUPIER_ASSERT(applied);
        }
    }

    void load()
    {
        auto loaded = host::load_games(config_.games);
        CROUPIER_ASSERT(loaded.has_value());
        games_ = std::move(*loaded);
    }

    void restart()
    {
        casino = std::make_unique<host::Casino>(host::make_modules(
            config_, games_, {&rng, &keys, seal_key_, &fair_seeds}, "life-" + std::to_string(++lives_)));
        fold(*casino);
        casino->open(store);
        casino->start(clock.wall(), out);
        out = {};
    }

    config::Config config_;
    host::GameList games_;
    int lives_ = 0;
    FixedSealKey fixed_key_;
    SealKey* seal_key_;

public:
    ManualClock clock;
    MemoryKeys keys;
    MemoryStore store;
    SeededRng rng;
    SeededEntropy seed_entropy;
    fair::ServerSeeds fair_seeds{seed_entropy, keys};
    RecordedOutputs out;
    std::unique_ptr<host::Casino> casino;
};

}  // namespace croupier::fakes
