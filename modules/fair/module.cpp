#include <algorithm>
#include <utility>

#include "croupier/assert.hpp"
#include "croupier/messages/fair.hpp"
#include "croupier/messages/rounds.hpp"
#include "fair_module.hpp"

namespace croupier::fair {

namespace {

struct Seeds {
    Pair pair;  // Index 0: none has begun.
    Sealed seed;
    Promise next;  // Index 0: nothing is promised.
    Sealed next_seed;
    std::vector<Past> past;  // Newest first.
};
BOOST_DESCRIBE_STRUCT(Seeds, (), (pair, seed, next, next_seed, past))

struct Kept {
    PlayerId player{};
    std::string game;
    Seeds seeds;
};
BOOST_DESCRIBE_STRUCT(Kept, (), (player, game, seeds))

class FairModule final : public Module {
public:
    FairModule(Options options, FairSeeds* seeds) : options_{std::move(options)}, port_{seeds} {}

    std::string_view name() const override { return "fair"; }

    void wire(Bus& bus, Folds& folds) override
    {
        bus.serve<Show>([&](const Show& command, Context& context) { return show(command, context); });
        bus.serve<Rotate>([&](const Rotate& command, Context& context) { return rotate(command, context); });
        bus.serve<Draw>([&](const Draw& command, Context& context) { return draw(command, context); });
        // Seeds are committed to for one version of a game: those of the version before end with the next round.
        bus.on<rounds::Offered>([&](const rounds::Offered& event, Context&) {
            const auto found = options_.games.find(event.game);
            if (found != options_.games.end() && event.scheme) { found->second = {event.definition, *event.scheme}; }
        });
        folds.on<Promised>([&](const Promised& fact, const FactContext&) { apply(fact); });
        folds.on<Begun>([&](const Begun& fact, const FactContext&) { apply(fact); });
        folds.on<Revealed>([&](const Revealed& fact, const FactContext&) { apply(fact); });
        folds.on<Drawn>([&](const Drawn& fact, const FactContext&) { apply(fact); });
    }

    void save(ByteWriter& out) const override
    {
        out.write(static_cast<std::uint64_t>(all_.size()));
        for (const auto& [key, seeds] : all_) { out.write(Kept{key.first, key.second, seeds}); }
    }
    std::uint32_t version() const override { return 1; }
    bool restore(ByteReader& in) override
    {
        std::map<Key, Seeds> all;
        const auto count = in.read<std::uint64_t>();
        for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
            auto kept = in.read<Kept>();
            all.emplace(Key{kept.player, std::move(kept.game)}, std::move(kept.seeds));
        }
        if (in.failed()) { return false; }
        all_ = std::move(all);
        return true;
    }

private:
    using Key = std::pair<PlayerId, std::string>;

    Seeds& at(PlayerId player, const std::string& game)
    {
        const auto found = all_.find({player, game});
        CROUPIER_ASSERT(found != all_.end());
        return found->second;
    }

    /// The seeds, with a promise that holds for the game as it is now.
    Result<const Seeds*> promised(PlayerId player, const std::string& game, Context& context)
    {
        const auto found = all_.find({player, game});
        const Terms& terms = options_.games.find(game)->second;
        const bool there = found != all_.end() && found->second.next.definition == terms.definition
            && found->second.next.scheme == terms.scheme;
        if (!there) {
            const std::uint64_t index = found == all_.end() ? 1 : found->second.pair.index + 1;
            if (const auto made = promise(player, game, index, context); !made) {
                return std::unexpected{made.error()};
            }
        }
        return &at(player, game);
    }

    Result<void> promise(PlayerId player, const std::string& game, std::uint64_t index, Context& context)
    {
        const Terms& terms = options_.games.find(game)->second;
        auto made = port_->make(player, terms.definition);
        if (!made) { return std::unexpected{made.error()}; }
        context.work.add(
            Promised{player, game, index, terms.scheme, terms.definition, made->commitment, std::move(made->seed)});
        return {};
    }

    static Pairs pairs(const Seeds& seeds)
    {
        return {seeds.pair.index == 0 ? std::nullopt : std::optional{seeds.pair}, seeds.next, seeds.past};
    }

    Result<Pairs> show(const Show& command, Context& context)
    {
        if (!options_.games.contains(command.game)) { return refuse(ErrorCode::game_unknown); }
        const auto seeds = promised(command.player, command.game, context);
        if (!seeds) { return std::unexpected{seeds.error()}; }
        return pairs(**seeds);
    }

    Result<Pairs> rotate(const Rotate& command, Context& context)
    {
        if (!options_.games.contains(command.game)) { return refuse(ErrorCode::game_unknown); }
        if (!is_client_seed(command.client_seed)) { return refuse(ErrorCode::malformed); }
        const auto found = all_.find({command.player, command.game});
        const std::uint64_t current = found == all_.end() ? 0 : found->second.pair.index;
        const bool done = current == command.after + 1 && found->second.pair.client_seed == command.client_seed;
        if (done) { return pairs(found->second); }
        if (current != command.after) { return refuse(ErrorCode::seeds_changed); }
        // Nothing is refused behind the first fact but for want of entropy.
        if (const auto seeds = promised(command.player, command.game, context); !seeds) {
            return std::unexpected{seeds.error()};
        }
        if (const auto next = begin(command.player, command.game, command.client_seed, context); !next) {
            return std::unexpected{next.error()};
        }
        return pairs(at(command.player, command.game));
    }

    /// Reveals the current pair, if there is one, begins the one that is promised, and promises the next.
    Result<void> begin(PlayerId player, const std::string& game, const std::string& client_seed, Context& context)
    {
        const Seeds& seeds = at(player, game);
        const std::uint64_t index = seeds.next.index;
        if (seeds.pair.index != 0) {
            auto seed = port_->reveal(seeds.seed);
            if (!seed) { return std::unexpected{seed.error()}; }
            context.work.add(Revealed{player, game, seeds.pair.index, std::move(*seed)});
        }
        context.work.add(Begun{player, game, index, client_seed});
        // Without a source of entropy there is no promise yet; whoever asks for it next makes it.
        (void)promise(player, game, index + 1, context);
        return {};
    }

    Result<Decided> draw(const Draw& command, Context& context)
    {
        const auto terms = options_.games.find(command.game);
        CROUPIER_ASSERT(terms != options_.games.end());  // The rounds module has the same list.
        const auto found = promised(command.player, command.game, context);
        if (!found) { return std::unexpected{found.error()}; }
        const Seeds* seeds = *found;
        if (seeds->pair.index == 0 || seeds->pair.definition != terms->second.definition
            || seeds->pair.scheme != terms->second.scheme || seeds->pair.rounds >= options_.rounds_max) {
            const std::string client_seed = seeds->pair.index == 0 ? "player-" + std::to_string(raw(command.player))
                                                                   : seeds->pair.client_seed;
            if (const auto next = begin(command.player, command.game, client_seed, context); !next) {
                return std::unexpected{next.error()};
            }
        }
        const Pair& pair = seeds->pair;
        const std::uint64_t nonce = pair.rounds + 1;
        auto values = port_->draw(seeds->seed, pair.scheme, pair.client_seed, nonce, command.bounds);
        if (!values) { return std::unexpected{values.error()}; }
        context.work.add(
            Drawn{command.player, command.game, pair.index, nonce, command.round, command.bounds, *values});
        return Decided{pair.index, nonce, std::move(*values)};
    }

    void apply(const Promised& fact)
    {
        Seeds& seeds = all_[{fact.player, fact.game}];
        CROUPIER_ASSERT(fact.index == seeds.pair.index + 1);
        seeds.next = {fact.index, fact.scheme, fact.commitment, fact.definition};
        seeds.next_seed = fact.seed;
    }

    void apply(const Begun& fact)
    {
        Seeds& seeds = at(fact.player, fact.game);
        CROUPIER_ASSERT(fact.index == seeds.next.index);
        const Promise& next = seeds.next;
        seeds.pair = {next.index, next.scheme, next.commitment, next.definition, fact.client_seed, 0};
        seeds.seed = std::exchange(seeds.next_seed, {});
        seeds.next = {};
    }

    void apply(const Revealed& fact)
    {
        Seeds& seeds = at(fact.player, fact.game);
        CROUPIER_ASSERT(seeds.pair.index == fact.index);
        seeds.past.insert(seeds.past.begin(), Past{seeds.pair, fact.seed});
        if (seeds.past.size() > options_.past_kept) { seeds.past.resize(options_.past_kept); }
    }

    void apply(const Drawn& fact)
    {
        Seeds& seeds = at(fact.player, fact.game);
        CROUPIER_ASSERT(seeds.pair.index == fact.index && fact.nonce == seeds.pair.rounds + 1);
        ++seeds.pair.rounds;
    }

    Options options_;
    FairSeeds* port_;
    std::map<Key, Seeds> all_;
};

}  // namespace

std::unique_ptr<Module> make_module(Options options, FairSeeds* seeds)
{
    return std::make_unique<FairModule>(std::move(options), seeds);
}

}  // namespace croupier::fair
