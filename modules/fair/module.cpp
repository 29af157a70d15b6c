#include <algorithm>
#include <utility>

#include "croupier/assert.hpp"
#include "croupier/messages/fair.hpp"
#include "fair_module.hpp"

namespace croupier::fair {

namespace {

struct Seeds {
    Pair pair;
    Sealed seed;
    std::vector<Past> past;  // Newest first.
};
BOOST_DESCRIBE_STRUCT(Seeds, (), (pair, seed, past))

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
        bus.serve<Show>([&](const Show& command, Context&) { return show(command); });
        bus.serve<Rotate>([&](const Rotate& command, Context& context) { return rotate(command, context); });
        bus.serve<Draw>([&](const Draw& command, Context& context) { return draw(command, context); });
        folds.on<Committed>([&](const Committed& fact, const FactContext&) { apply(fact); });
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

    Seeds* find(PlayerId player, const std::string& game)
    {
        const auto found = all_.find({player, game});
        return found == all_.end() ? nullptr : &found->second;
    }

    Pairs pairs(PlayerId player, const std::string& game)
    {
        const Seeds* seeds = find(player, game);
        return seeds == nullptr ? Pairs{} : Pairs{seeds->pair, seeds->past};
    }

    Result<Pairs> show(const Show& command)
    {
        if (!options_.games.contains(command.game)) { return refuse(ErrorCode::game_unknown); }
        return pairs(command.player, command.game);
    }

    Result<Pairs> rotate(const Rotate& command, Context& context)
    {
        if (!options_.games.contains(command.game)) { return refuse(ErrorCode::game_unknown); }
        if (!is_client_seed(command.client_seed)) { return refuse(ErrorCode::malformed); }
        const Seeds* seeds = find(command.player, command.game);
        const std::uint64_t current = seeds == nullptr ? 0 : seeds->pair.index;
        const bool done = current == command.after + 1 && seeds->pair.client_seed == command.client_seed;
        if (done) { return pairs(command.player, command.game); }
        if (current != command.after) { return refuse(ErrorCode::seeds_changed); }
        if (const auto next = renew(command.player, command.game, command.client_seed, context); !next) {
            return std::unexpected{next.error()};
        }
        return pairs(command.player, command.game);
    }

    /// Reveals the current pair, if there is one, and commits to the next.
    Result<void> renew(PlayerId player, const std::string& game, const std::string& client_seed, Context& context)
    {
        const Terms& terms = options_.games.find(game)->second;
        const Seeds* seeds = find(player, game);
        const std::uint64_t current = seeds == nullptr ? 0 : seeds->pair.index;
        // All that can fail first: a pair is not revealed before there is another.
        auto made = port_->make(player, terms.definition);
        if (!made) { return std::unexpected{made.error()}; }
        if (seeds != nullptr) {
            auto seed = port_->reveal(seeds->seed);
            if (!seed) { return std::unexpected{seed.error()}; }
            context.work.add(Revealed{player, game, current, std::move(*seed)});
        }
        context.work.add(Committed{player, game, current + 1, terms.scheme, terms.definition, made->commitment,
            std::move(made->seed), client_seed});
        return {};
    }

    Result<Decided> draw(const Draw& command, Context& context)
    {
        const auto terms = options_.games.find(command.game);
        CROUPIER_ASSERT(terms != options_.games.end());  // The rounds module has the same list.
        Seeds* seeds = find(command.player, command.game);
        if (seeds == nullptr || seeds->pair.definition != terms->second.definition
            || seeds->pair.scheme != terms->second.scheme || seeds->pair.rounds >= options_.rounds_max) {
            const std::string client_seed = seeds == nullptr ? "player-" + std::to_string(raw(command.player))
                                                             : seeds->pair.client_seed;
            if (const auto next = renew(command.player, command.game, client_seed, context); !next) {
                return std::unexpected{next.error()};
            }
            seeds = find(command.player, command.game);
        }
        const Pair& pair = seeds->pair;
        const std::uint64_t nonce = pair.rounds + 1;
        auto values = port_->draw(seeds->seed, pair.scheme, pair.client_seed, nonce, command.bounds);
        if (!values) { return std::unexpected{values.error()}; }
        context.work.add(
            Drawn{command.player, command.game, pair.index, nonce, command.round, command.bounds, *values});
        return Decided{pair.index, nonce, std::move(*values)};
    }

    void apply(const Committed& fact)
    {
        Seeds& seeds = all_[{fact.player, fact.game}];
        CROUPIER_ASSERT(fact.index == seeds.pair.index + 1);
        seeds.pair = {fact.index, fact.scheme, fact.commitment, fact.definition, fact.client_seed, 0};
        seeds.seed = fact.seed;
    }

    void apply(const Revealed& fact)
    {
        Seeds* seeds = find(fact.player, fact.game);
        CROUPIER_ASSERT(seeds != nullptr && seeds->pair.index == fact.index);
        seeds->past.insert(seeds->past.begin(), Past{seeds->pair, fact.seed});
        if (seeds->past.size() > options_.past_kept) { seeds->past.resize(options_.past_kept); }
    }

    void apply(const Drawn& fact)
    {
        Seeds* seeds = find(fact.player, fact.game);
        CROUPIER_ASSERT(seeds != nullptr && seeds->pair.index == fact.index && fact.nonce == seeds->pair.rounds + 1);
        ++seeds->pair.rounds;
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
