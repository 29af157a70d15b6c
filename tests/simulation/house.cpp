#include "house.hpp"

#include <fstream>

#include "life.hpp"
#include "recovery.hpp"
#include "snapshot.hpp"

namespace croupier::simulation {

namespace {

using namespace std::chrono_literals;

constexpr WallTime kBeginning = from_micros(1'795'460'520'000'000);  // A Tuesday in November 2026.
constexpr auto kLedger = "ledger.db";
constexpr std::uint64_t kCheckpointInputs = 300;  // So that a night of a minute has some.

// Where this run keeps its files is not the seed's business.
std::string without_folder(std::string text, const std::filesystem::path& folder)
{
    const auto at = text.find(folder.string());
    return at == std::string::npos ? text : text.erase(at, folder.string().size());
}

}  // namespace

House::House(World& world, const Plan& plan, std::filesystem::path scratch, const std::filesystem::path& recordings)
    : world_{world},
      plan_{plan},
      scratch_{std::move(scratch)},
      recordings_{recordings},
      disk_{"simulated"},
      keys_{world.next_seed()},
      entropy_{world.next_seed()},
      recorder_entropy_{world.next_seed()},
      rng_{world.next_seed()},
      slow_views_{plan.slow_views}
{
    auto games = host::load_games(plan.config.games);
    require(games.has_value(), [&] { return games.error(); });
    games_ = std::move(*games);
    std::filesystem::create_directories(scratch_ / "snapshots");
    start();
}

House::~House()
{
    // After a violation the recording has to show what led to it.
    if (life_ && life_->recorder) { life_->recorder->flush(); }
    disk_.switch_off();  // Nobody closes the ledger: it is as a killed process leaves it.
    life_.reset();
}

void House::start()
{
    if (life_) { return; }
    auto ledger = store::LedgerFile::open(kLedger, {.verify_tail_units = 100, .vfs = disk_.name()});
    if (!ledger) {
        world_.trace("cannot start", ledger.error());
        require(!healed_, [&] { return "the server cannot start on a disk without faults: " + ledger.error(); });
        disk_.switch_off();
        ledger = std::unexpected{std::string{}};
        disk_.wake();
        return start_later(world_.about(2s));
    }
    auto life = std::make_shared<Life>(*this);
    life->number = ++lives_;
    const std::string instance = "life-" + std::to_string(lives_);
    host::ModulePorts ports{&rng_, &keys_, &seal_key_, &fair_seeds_};
    if (!recordings_.empty()) {
        life->recorder = std::make_unique<host::Recorder>(recorder_entropy_, false, kCheckpointInputs);
        ports = {&life->recorder->wrap(rng_), &life->recorder->wrap(keys_), &life->recorder->wrap(seal_key_),
            &life->recorder->wrap(static_cast<FairSeeds&>(fair_seeds_))};
    }
    const auto make = [&] {
        return std::make_unique<host::Casino>(host::make_modules(plan_.config, games_, ports, instance));
    };
    auto recovered = host::recover(
        **ledger, plan_.config.server.currency, scratch_ / "snapshots", make,
        [&](const std::string& what) { world_.trace("snapshot passed over", without_folder(what, scratch_)); },
        [](Seq, Seq) {});
    if (!recovered) {
        require(!healed_ && disk_.struck(), [&] { return "the ledger cannot be recovered: " + recovered.error(); });
        disk_.switch_off();
        ledger->reset();
        disk_.wake();
        return start_later(world_.about(2s));
    }
    require((*ledger)->head().seq >= told_durable_, [&] {
        return "unit " + std::to_string(raw(told_durable_)) + " was durable, and the ledger ends at "
            + std::to_string(raw((*ledger)->head().seq));
    });
    life->casino = std::move(recovered->casino);
    if (raw(recovered->snapshot) > 0) {
        // From a snapshot or from the first fact on: the same state.
        host::Casino folded{host::make_modules(plan_.config, games_, {}, "folded")};
        const auto problem = host::fold_units(folded, **ledger, (*ledger)->head().seq);
        require(!problem, [&] { return *problem; });
        require(host::state_hash(folded) == host::state_hash(*life->casino),
            [] { return "a snapshot and the facts behind it give another state than all facts"; });
    }
    life->views = std::make_unique<SimViews>(world_, slow_views_, scratch_ / "views.db", **ledger);
    life->store = std::make_unique<SimStore>(*this, std::move(*ledger));
    life_ = life;
    const auto now = [this] { life_->clock.set(wall(), SteadyTime{std::chrono::nanoseconds{world_.now()} + 1'000s}); };
    life->queries = std::make_unique<host::InputQueries>(
        *life->views, [this, now](const host::InputQueries::Answer& answer) {
            now();
            if (life_->recorder) { life_->recorder->viewed(life_->clock, answer); }
            answer.take();
        });
    Store* port = life->store.get();
    edge::Edge* network = &life->edge;
    host::Tokens* tokens = &life->tokens;
    if (life->recorder) {
        port = &life->recorder->wrap(static_cast<Store&>(*life->store));
        network = &life->recorder->wrap(static_cast<edge::Edge&>(life->edge));
        tokens = &life->recorder->wrap(static_cast<host::Tokens&>(life->tokens));
    }
    life->edge.committed(life->store->committed().seq);
    life->casino->open(*port);
    life->floor = std::make_unique<host::Floor>(host::Floor::Parts{.config = plan_.config,
        .casino = *life->casino,
        .edge = *network,
        .store = *port,
        .views = *life->queries,
        .clock = life->clock,
        .stopwatch = life->stopwatch,
        .tokens = *tokens,
        .seal_key = seal_key_,
        .metrics = life->metrics});
    life->clock.set(life->casino->time(), SteadyTime{std::chrono::nanoseconds{world_.now()} + 1'000s});
    now();
    NoOutputs nowhere;
    life->casino->start(wall(), nowhere);
    if (life->recorder) { start_recording(); }
    world_.trace("started", std::to_string(raw(life->store->committed().seq)));
    tick();
}

host::Opening House::opening()
{
    Life& life = *life_;
    return {.build = "croupier-sim",
        .instance = "life-" + std::to_string(life.number),
        .config = config::print(plan_.config),
        .games = *host::read_games(plan_.config.games),
        .seal_key = seal_key_.public_key(),
        .at = life.clock.wall(),
        .steady = life.clock.steady().time_since_epoch().count(),
        .seq = life.casino->submitted().seq,
        .hash = life.casino->submitted().hash,
        .snapshot = store::encode_snapshot(
            {.position = life.casino->submitted(), .sections = host::snapshot_sections(*life.casino)}),
        .durable = life.store->committed().seq,
        .questions = life.queries->asked(),
        .live = life.floor->live()};
}

void House::start_recording()
{
    Life& life = *life_;
    life.recording_since = world_.now();
    std::string name = "life-" + std::to_string(life.number);
    if (++life.recordings > 1) { name += "." + std::to_string(life.recordings); }
    life.recorder->start(opening(), {.directory = recordings_, .recording = std::move(name)});
}

bool House::gone(const std::weak_ptr<Life>& life) const { return !life_ || life.lock() != life_; }

void House::start_later(microseconds delay)
{
    if (starting_) { return; }
    starting_ = true;
    world_.after(delay, [this] {
        starting_ = false;
        start();
    });
}

void House::tick()
{
    take(host::Ticked{});
    if (life_->recorder) {
        // Each half minute begins another recording, in the middle of whatever is going on.
        const bool due = world_.now() - life_->recording_since >= 30s;
        if (due && life_->queries->open() == 0 && life_->recorder->can_start_anew()) { start_recording(); }
        if (world_.now().count() % 8'000'000 < 500'000) { life_->recorder->state(*life_->casino); }
        if (life_->queries->open() == 0 && life_->recorder->checkpoint_due()) {
            life_->recorder->checkpoint(opening());
        }
        life_->recorder->flush();
    }
    world_.after(host::Floor::kTick, [this, life = std::weak_ptr{life_}] {
        if (!gone(life)) { tick(); }
    });
}

// The machine.

bool House::writing() const { return life_ != nullptr && life_->store->committed() != life_->store->submitted(); }

std::uint64_t House::told() const { return life_ == nullptr ? 0 : life_->edge.told(); }

void House::crash(bool power)
{
    if (!life_) { return; }
    world_.trace(power ? "power cut" : "killed");
    stopping_ = false;
    closed_ = false;
    life_->store->end_in_the_middle();
    disk_.switch_off();
    auto unanswered = life_->edge.unanswered();
    std::shared_ptr<Life> dead = std::exchange(life_, nullptr);
    if (power) {
        disk_.restart(world_.next_seed());
    } else {
        disk_.wake();
    }
    disk_.switch_off();
    // What the dead one had handed to the network may still arrive, or not; then the connection is seen to be gone. Its own
    // frames run in the event that brought us here, so that it goes once that has ended.
    world_.after(microseconds{0}, [this, dead]() mutable {
        dead.reset();
        disk_.wake();
        start_later(world_.about(healed_ ? microseconds{100ms} : microseconds{1s}));
    });
    for (auto& answered : unanswered) {
        world_.after(world_.about(10ms), [answered = std::move(answered)] { answered(std::nullopt); });
    }
    for (const auto& waiting : peers_) {
        const ConnectionId connection = waiting.first;
        world_.after(world_.about(10ms), [this, connection] {
            const auto found = peers_.find(connection);
            if (found == peers_.end()) { return; }
            Peer* const told = found->second;
            peers_.erase(found);
            told->closed(0);
        });
    }
}

void House::stop()
{
    if (!life_ || stopping_) { return; }
    world_.trace("asked to stop");
    stopping_ = true;
    take(host::DrainAsked{});
    world_.after(60s, [this, life = std::weak_ptr{life_}] {
        require(gone(life), [] { return "the server was asked to stop a minute ago, and has not"; });
    });
    // The connections are closed, which takes a while; who has one may still send.
    world_.after(world_.about(1s), [this, life = std::weak_ptr{life_}] {
        if (gone(life)) { return; }
        closed_ = true;
        finish_stop();
    });
}

void House::finish_stop()
{
    if (!life_ || !closed_ || life_->store->committed() != life_->store->submitted()) { return; }
    world_.trace("stopped");
    if (life_->recorder) { life_->recorder->end(*life_->casino); }
    crash(false);
}

void House::heal()
{
    healed_ = true;
    slow_views_ = false;
    slow_disk_ = false;
    disk_low_ = false;
    rng_.set_broken(false);
    entropy_.set_broken(false);
    disk_.wake();
    start_later(microseconds{0});
}

void House::fail_disk(FaultyDisk::Fault fault) { disk_.strike_at(1 + world_.below(60), fault, world_.next_seed()); }

void House::set_entropy(bool there)
{
    rng_.set_broken(!there);
    entropy_.set_broken(!there);
}

void House::step_clock(std::chrono::microseconds by)
{
    world_.trace("clock steps", std::to_string(by.count()));
    clock_offset_ += by;
}

WallTime House::wall() const { return kBeginning + world_.now() + clock_offset_; }

Seq House::durable() const { return told_durable_; }

void House::take_snapshot(bool damaged)
{
    if (!life_ || life_->store->committed() != life_->store->submitted() || raw(life_->store->committed().seq) == 0) {
        return;
    }
    const auto written = store::write_snapshot(scratch_ / "snapshots",
        {.position = life_->store->committed(), .sections = host::snapshot_sections(*life_->casino)});
    require(written.has_value(), [&] { return "a snapshot cannot be written: " + written.error(); });
    world_.trace("snapshot", std::to_string(raw(life_->store->committed().seq)));
    if (!damaged) { return; }
    for (const auto& entry : std::filesystem::directory_iterator{scratch_ / "snapshots"}) {
        const auto size = static_cast<std::uint64_t>(entry.file_size());
        std::fstream file{entry.path(), std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(static_cast<std::streamoff>(world_.below(size)));
        file.put('!');
    }
}

Result<OperatorId> House::add_operator(const Hash& token, bool admin)
{
    life_->clock.set(wall(), SteadyTime{std::chrono::nanoseconds{world_.now()} + 1'000s});
    const host::OperatorChanged input{{.role = admin ? cashier::Role::admin : cashier::Role::cashier, .token = token}};
    if (life_->recorder) { life_->recorder->input(life_->clock, input); }
    const auto added = life_->floor->take(input);
    if (!added) { return std::unexpected{added.error()}; }
    return added->id;
}

void House::audit()
{
    require(up(), [] { return "the server is not up"; });
    require(
        life_->store->committed() == life_->store->submitted(), [] { return "something waits for the disk for ever"; });
    for (const auto& module : life_->casino->modules()) { module->check(); }
    const auto broken = life_->store->ledger().verify(Seq{1});
    require(broken.has_value() && !*broken,
        [&] { return "the chain does not hold: " + (broken ? (*broken)->what : broken.error()); });
    host::Casino folded{host::make_modules(plan_.config, games_, {}, "audit")};
    const auto problem = host::fold_units(folded, life_->store->ledger(), life_->store->committed().seq);
    require(!problem, [&] { return *problem; });
    require(host::state_hash(folded) == host::state_hash(*life_->casino),
        [] { return "the state is not what the facts add up to"; });
    if (life_->recorder) { life_->recorder->end(*life_->casino); }
}

}  // namespace croupier::simulation
