#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "croupier/work.hpp"

namespace croupier {

/// Units whose memory is used again. The loop makes units, and whoever has the last of a unit (the ledger's writer, the views,
/// a standby's link) lets go of it on another thread: freed there, its dozen pieces would make the two threads wait for each
/// other inside malloc, and one that steps back could hold the loop up. So nothing is freed there: the unit goes back.
///
/// One thread's, the loop's; units go back from any thread, and may outlive the pool.
class UnitPool {
public:
    /// Units kept for later at most. More are there only while a thread lags.
    static constexpr std::size_t kKept = 4096;
    /// A unit of more bytes than these is not kept.
    static constexpr std::size_t kKeptBytes = 16 * 1024;
    /// So many bodies of events are kept beside the units.
    static constexpr std::size_t kBodies = 64;

    UnitPool();
    ~UnitPool();
    UnitPool(const UnitPool&) = delete;
    UnitPool& operator=(const UnitPool&) = delete;

    /// The next unit, without facts; the same until it is sealed.
    UnitDraft draft();
    /// The draft, as the unit that follows `before`.
    std::shared_ptr<const Unit> seal(const Position& before);

private:
    struct Node;
    class Shelf;
    template <class T>
    struct Control;

    void open();
    void collect();

    Shelf* shelf_;
    Node* open_ = nullptr;  ///< The draft.
    Node* kept_ = nullptr;  ///< A list.
    std::size_t kept_count_ = 0;
    std::vector<Bytes> bodies_;  ///< Empty, of events before.
};

}  // namespace croupier
