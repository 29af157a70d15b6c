#pragma once

#include <deque>
#include <queue>
#include <utility>
#include <vector>

#include "plan.hpp"
#include "session.hpp"

namespace croupier::load {

/// All sessions on one epoll loop. Play begins when all are ready.
class Swarm {
public:
    Swarm(const Plan& plan, Tally& tally);
    ~Swarm();
    Swarm(const Swarm&) = delete;
    Swarm& operator=(const Swarm&) = delete;

    /// Runs to the end; true if every session came to its end in time.
    bool run();

private:
    struct Entry {
        Entry(const Plan& plan, Tally& tally, std::size_t index, std::string nickname)
            : session{plan, tally, index, std::move(nickname)}
        {
        }

        Session session;
        int watched = -1;  ///< The descriptor that epoll knows.
        bool watches_write = false;
        bool counted_ready = false;
        bool counted_ended = false;
        std::optional<Time> wake{};  ///< The time that stands in the queue.
    };
    using Wake = std::pair<Time, std::size_t>;

    void update(std::size_t index);
    void watch(std::size_t index);
    void turn(Time until);
    void wake_due(Time now);
    void begin(Time now);

    const Plan* plan_;
    Tally* tally_;
    int epoll_ = -1;
    std::deque<Entry> entries_;
    std::priority_queue<Wake, std::vector<Wake>, std::greater<>> wakes_;
    std::size_t ready_ = 0;  ///< Ready once, or ended.
    std::size_t ended_ = 0;
    bool begun_ = false;
};

}  // namespace croupier::load
