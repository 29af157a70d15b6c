#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "croupier/assert.hpp"
#include "croupier/messages/rng.hpp"
#include "rng_module.hpp"

namespace croupier::rng {

namespace {

struct Stream {
    std::string name;
    std::uint64_t draws = 0;  // Ever.
    std::uint64_t draws_since_seed = 0;
    WallTime seeded_at{};
};
BOOST_DESCRIBE_STRUCT(Stream, (), (name, draws, draws_since_seed, seeded_at))

class RngModule final : public Module {
public:
    RngModule(Rng* generators, const Schedule& schedule) : generators_{generators}, schedule_{schedule} {}

    std::string_view name() const override { return "rng"; }

    void wire(Bus& bus, Folds& folds) override
    {
        bus.serve<Draw>([&](const Draw& command, Context& context) { return draw(command, context); });
        bus.serve<Reseed>([&](const Reseed&, Context& context) { return reseed(context); });
        bus.serve<GetSpreads>([&](const GetSpreads&, Context&) -> Result<Spreads> { return Spreads{spreads()}; });
        folds.on<StreamOpened>([&](const StreamOpened& fact, const FactContext&) {
            CROUPIER_ASSERT(fact.stream == next_stream());
            ids_.emplace(fact.name, fact.stream);
            streams_.push_back({.name = fact.name});
        });
        folds.on<Seeded>([&](const Seeded& fact, const FactContext& context) {
            Stream& stream = at(fact.stream);
            stream.draws_since_seed = 0;
            stream.seeded_at = context.at;
        });
        folds.on<SeedKept>([](const SeedKept&, const FactContext&) {});
        folds.on<Drawn>([&](const Drawn& fact, const FactContext&) {
            Stream& stream = at(fact.stream);
            CROUPIER_ASSERT(fact.counter == stream.draws + 1);
            ++stream.draws;
            ++stream.draws_since_seed;
        });
        folds.on<DrawnUnnamed>([](const DrawnUnnamed&, const FactContext&) {});
    }

    void save(ByteWriter& out) const override { out.write(streams_); }
    std::uint32_t version() const override { return 2; }
    bool restore(ByteReader& in) override
    {
        streams_ = in.read<std::vector<Stream>>();
        ids_.clear();
        for (std::size_t i = 0; i < streams_.size(); ++i) {
            ids_.emplace(streams_[i].name, static_cast<StreamId>(i + 1));
        }
        return !in.failed() && ids_.size() == streams_.size();
    }
    void save_live(ByteWriter& out) const override { out.write(std::vector<StreamId>(seeded_.begin(), seeded_.end())); }
    bool restore_live(ByteReader& in) override
    {
        const auto seeded = in.read<std::vector<StreamId>>();
        seeded_ = {seeded.begin(), seeded.end()};
        return in.complete();
    }

private:
    StreamId next_stream() const { return static_cast<StreamId>(streams_.size() + 1); }
    Stream& at(StreamId id)
    {
        const auto index = static_cast<std::size_t>(id) - 1;
        CROUPIER_ASSERT(index < streams_.size());
        return streams_[index];
    }
    std::optional<SeedReason> due(StreamId id, WallTime now)
    {
        if (!seeded_.contains(id)) { return SeedReason::start; }
        const Stream& stream = at(id);
        const bool late = stream.draws_since_seed >= schedule_.draws || now - stream.seeded_at >= schedule_.time;
        return late ? std::optional{SeedReason::scheduled} : std::nullopt;
    }
    Result<void> seed(StreamId id, SeedReason reason, Context& context)
    {
        auto kept = generators_->seed(at(id).name);
        if (!kept) { return std::unexpected{kept.error()}; }
        seeded_.insert(id);
        context.work.add(Seeded{id, at(id).draws, reason});
        if (!kept->sealed.empty()) { context.work.add(SeedKept{id, std::move(*kept)}); }
        return {};
    }

    Result<Values> draw(const Draw& command, Context& context)
    {
        const auto found = ids_.find(command.stream);
        const StreamId id = found != ids_.end() ? found->second : next_stream();
        if (found == ids_.end()) { context.work.add(StreamOpened{id, command.stream}); }
        if (const auto reason = due(id, context.now)) {
            if (const auto done = seed(id, *reason, context); !done) { return std::unexpected{done.error()}; }
        }
        Drawn drawn{id, at(id).draws + 1, command.round, command.step, command.bounds,
            std::vector<Value>(command.bounds.size())};
        if (const auto done = generators_->draw(command.stream, drawn.bounds, drawn.values); !done) {
            return std::unexpected{done.error()};
        }
        tally(drawn);
        context.work.add(drawn);
        return Values{std::move(drawn.values)};
    }

    void tally(const Drawn& drawn)
    {
        auto& of_stream = tallies_[drawn.stream];
        for (std::size_t i = 0; i < drawn.values.size(); ++i) {
            const Bound bound = drawn.bounds[i];
            auto found = std::ranges::find(of_stream, bound, &Spread::bound);
            if (found == of_stream.end()) {
                if (of_stream.size() == kBoundsMax) { continue; }
                found = of_stream.insert(
                    found, {.stream = {}, .bound = bound, .parts = std::vector<std::uint64_t>(kParts)});
            }
            ++found->parts[std::uint64_t{drawn.values[i]} * kParts / bound];
        }
    }
    std::vector<Spread> spreads()
    {
        std::vector<Spread> all;
        for (const auto& [id, of_stream] : tallies_) {
            for (const Spread& one : of_stream) { all.push_back({at(id).name, one.bound, one.parts}); }
        }
        return all;
    }

    Result<Reseeds> reseed(Context& context)
    {
        Reseeds all;
        for (const StreamId id : seeded_) {
            if (const auto done = seed(id, SeedReason::forced, context); !done) {
                return std::unexpected{done.error()};
            }
            ++all.streams;
        }
        return all;
    }

    Rng* generators_;
    Schedule schedule_;
    std::vector<Stream> streams_;  // Index is the id minus 1.
    std::map<std::string, StreamId, std::less<>> ids_;
    std::set<StreamId> seeded_;  // By this process.
    // What this process drew, for monitoring: never read by a draw, and no part of the state.
    static constexpr std::uint64_t kParts = 16;
    static constexpr std::size_t kBoundsMax = 64;  // Of one stream; games have a dozen.
    std::map<StreamId, std::vector<Spread>> tallies_;
};

}  // namespace

std::unique_ptr<Module> make_module(Rng* generators, const Schedule& schedule)
{
    return std::make_unique<RngModule>(generators, schedule);
}

}  // namespace croupier::rng
