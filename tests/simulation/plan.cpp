#include "plan.hpp"

namespace croupier::simulation {

using namespace std::chrono_literals;

Plan::Plan(World& world)
{
    players = 1 + world.below(8);
    think = world.chance(4) ? 100ms : microseconds{1s};
    for (bool* fault : {&kills, &stops, &power_cuts, &disk_errors, &full_disks, &slow_disks, &clock_steps, &no_entropy,
             &snapshots, &bad_snapshots, &slow_views, &cuts, &slow_readers, &delays, &repeats, &reorders, &malice,
             &tabs, &devices, &leavers, &curious, &back_office}) {
        *fault = world.chance(2);
    }
    config.server.demo = true;
    config.demo.grant_minor = 50'000;
    config.sessions.answers_kept = static_cast<std::uint32_t>(1 + world.below(16));
    config.sessions.pushes_kept = static_cast<std::uint32_t>(1 + world.below(16));
    config.sessions.refusals_max = world.chance(4) ? 5 : 1'000;
    config.sessions.idle = std::chrono::seconds{world.chance(2) ? 20 : 1'800};
    config.edge.outbox_max_bytes = world.chance(3) ? 16 * 1024 : 256 * 1024;
    config.edge.frames_per_second = world.chance(4) ? 2 : 50;
    config.edge.frames_burst = world.chance(4) ? std::max(4U, config.edge.frames_per_second) : 100;
    queue_bytes = world.chance(4) ? 24 * 1024 : 64 * 1024 * 1024;
    config.store.batch_units_max = world.chance(3) ? 1 + world.below(8) : 4'096;
    config.cashier.withdrawal_expires = std::chrono::seconds{world.chance(2) ? 60 : 86'400};
    config.cashier.adjust_alone_max_minor = 500;
    config.play.choice_time = std::chrono::seconds{world.chance(2) ? 5 : 600};
    if (world.chance(6)) {
        config.play.slot_cycle = std::chrono::milliseconds{2'500};
        config.play.other_cycle = std::chrono::milliseconds{5'000};
    }
    config.ledger.day_starts_minute = static_cast<std::uint32_t>(world.below(1'440));
    if (world.chance(2)) {
        config.jackpot = {.games = {"lucky-lines"},
            .fund_ppm = 100'000,
            .reserve_ppm = 50'000,
            .seed_minor = 900,
            .cap_minor = world.chance(2) ? 0 : 2'000,
            .odds_minor = 20'000};
    }
}

std::string Plan::text() const
{
    struct Named {
        bool on;
        std::string_view name;
    };
    std::string out = std::to_string(players) + " players";
    for (const auto& [on, name] : {Named{kills, "kills"}, Named{stops, "stops"}, Named{power_cuts, "power cuts"},
             Named{disk_errors, "disk errors"}, Named{full_disks, "full disks"}, Named{slow_disks, "slow disks"},
             Named{clock_steps, "clock steps"}, Named{no_entropy, "no entropy"}, Named{snapshots, "snapshots"},
             Named{bad_snapshots, "bad snapshots"}, Named{slow_views, "slow views"}, Named{cuts, "cuts"},
             Named{slow_readers, "slow readers"}, Named{delays, "delays"}, Named{repeats, "repeats"},
             Named{reorders, "reorders"}, Named{malice, "malice"}, Named{tabs, "tabs"}, Named{devices, "devices"},
             Named{leavers, "leavers"}, Named{curious, "curious"}, Named{back_office, "back office"},
             Named{!config.jackpot.games.empty(), "jackpot"}}) {
        if (on) { out.append(", ").append(name); }
    }
    return out;
}

}  // namespace croupier::simulation
