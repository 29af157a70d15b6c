#include "croupier/unit_pool.hpp"

#include <array>
#include <atomic>
#include <utility>

#include "croupier/assert.hpp"

namespace croupier {

struct UnitPool::Node {
    Unit unit;
    Node* next = nullptr;
    /// Of the std::shared_ptr: its counts stand here, so that it allocates nothing.
    alignas(std::max_align_t) std::array<std::byte, 64> control;
};

/// Where units go back to. Lives until the pool is gone and the last unit is back.
class UnitPool::Shelf {
public:
    /// For one unit more that is out.
    void hold() noexcept { holders_.fetch_add(1, std::memory_order_relaxed); }

    /// From any thread.
    void put(Node* node) noexcept
    {
        node->next = top_.load(std::memory_order_relaxed);
        while (!top_.compare_exchange_weak(node->next, node, std::memory_order_release, std::memory_order_relaxed)) {}
        release();
    }
    Node* take_all() noexcept { return top_.exchange(nullptr, std::memory_order_acquire); }

    void release() noexcept
    {
        if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) { delete this; }
    }

    static void free(Node* list) noexcept
    {
        while (list != nullptr) { delete std::exchange(list, list->next); }
    }

private:
    ~Shelf() { free(take_all()); }

    std::atomic<Node*> top_{nullptr};
    std::atomic<std::size_t> holders_{1};  ///< The pool, and each unit that is out.
};

/// Gives a std::shared_ptr the node's own memory for its counts. It is told to free them when nobody looks at the unit any more.
template <class T>
struct UnitPool::Control {
    using value_type = T;

    Control(Node* of, Shelf* back_to) : node{of}, shelf{back_to} {}
    template <class Other>
    // NOLINTNEXTLINE(google-explicit-constructor): as the standard asks of an allocator.
    Control(const Control<Other>& other) noexcept : node{other.node}, shelf{other.shelf}
    {
    }
    T* allocate(std::size_t count) noexcept
    {
        static_assert(sizeof(T) <= sizeof(Node::control) && alignof(T) <= alignof(std::max_align_t));
        CROUPIER_ASSERT(count == 1);
        return reinterpret_cast<T*>(node->control.data());
    }
    void deallocate(T*, std::size_t) noexcept { shelf->put(node); }

    template <class Other>
    bool operator==(const Control<Other>& other) const noexcept
    {
        return node == other.node;
    }

    Node* node;
    Shelf* shelf;
};

UnitPool::UnitPool() : shelf_{new Shelf} {}

UnitPool::~UnitPool()
{
    Shelf::free(kept_);
    delete open_;
    shelf_->release();
}

void UnitPool::collect()
{
    Node* back = shelf_->take_all();
    while (back != nullptr) {
        Node* const node = std::exchange(back, back->next);
        if (kept_count_ == kKept || node->unit.bytes.capacity() > kKeptBytes) {
            delete node;
            continue;
        }
        node->next = std::exchange(kept_, node);
        ++kept_count_;
    }
}

void UnitPool::open()
{
    if (kept_ == nullptr) { collect(); }
    if (kept_ == nullptr) {
        open_ = new Node;
        return;
    }
    --kept_count_;
    open_ = std::exchange(kept_, kept_->next);
    UnitContent& content = open_->unit.content;
    for (EventRow& event : content.events) {
        if (bodies_.size() == kBodies) { break; }
        event.body.clear();
        bodies_.push_back(std::move(event.body));
    }
    content.events.clear();
    content.transfers.clear();
    content.request = {};
}

UnitDraft UnitPool::draft()
{
    if (open_ == nullptr) { open(); }
    return {open_->unit.content, bodies_};
}

std::shared_ptr<const Unit> UnitPool::seal(const Position& before)
{
    CROUPIER_ASSERT(open_ != nullptr);
    Node* const node = std::exchange(open_, nullptr);
    seal_unit(node->unit, before);
    shelf_->hold();
    return std::shared_ptr<const Unit>{&node->unit, [](const Unit*) noexcept {}, Control<Unit>{node, shelf_}};
}

}  // namespace croupier
