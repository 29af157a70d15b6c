#pragma once

#include <cstdint>
#include <string>

#include "config/config.hpp"
#include "world.hpp"

namespace croupier::simulation {

/// What a seed's nights are like. Swarm testing (Groce and others, ISSTA 2012): each seed switches some of it fully off, so
/// that what one fault would hide another seed can show.
struct Plan {
    explicit Plan(World& world);

    std::size_t players = 0;
    microseconds think{};   ///< Between a player's actions, on average.
    config::Config config;  ///< Of the casino; the same over all its lives.
    std::size_t queue_bytes =
        0;  ///< May wait for the disk; less than the configuration allows, so that it is full at times.

    // The machine.
    bool kills = false;        ///< The process ends; what was written stays.
    bool stops = false;        ///< The process is asked to stop: it finishes what it has taken, and takes no more.
    bool power_cuts = false;   ///< And what was not synced is lost, or torn.
    bool disk_errors = false;  ///< A write or sync fails: the process ends itself.
    bool full_disks = false;
    bool slow_disks = false;   ///< A sync takes up to seconds.
    bool clock_steps = false;  ///< The wall clock jumps, to and fro.
    bool no_entropy = false;   ///< The games' generator fails for a while.
    bool snapshots = false;
    bool bad_snapshots = false;  ///< One is damaged now and then.
    bool slow_views = false;

    // The network.
    bool cuts = false;
    bool slow_readers = false;
    bool delays = false;

    // The people.
    bool repeats = false;      ///< Sent twice, or again much later.
    bool reorders = false;     ///< A later number before an earlier one.
    bool malice = false;       ///< Another content under a used number, frames that are none, other people's rounds.
    bool tabs = false;         ///< A second connection takes the session over.
    bool devices = false;      ///< A second session of the same player.
    bool leavers = false;      ///< Log out, log in again.
    bool curious = false;      ///< History, statements, queries.
    bool back_office = false;  ///< Operators: deposits, withdrawals, corrections, bonuses, rollbacks, limits.

    /// The names of what is on.
    std::string text() const;
};

}  // namespace croupier::simulation
