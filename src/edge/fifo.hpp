#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "croupier/assert.hpp"

namespace croupier::edge {

/// First in, first out, in one block of memory that an idle queue gives back (a std::deque keeps half a kilobyte).
template <class T>
class Fifo {
public:
    bool empty() const noexcept { return head_ == items_.size(); }
    std::size_t count() const noexcept { return items_.size() - head_; }
    T& front()
    {
        CROUPIER_ASSERT(!empty());
        return items_[head_];
    }
    const T& front() const
    {
        CROUPIER_ASSERT(!empty());
        return items_[head_];
    }

    void push(T item)
    {
        // Moving the live half down once half is dead costs each item one move at most.
        if (head_ > 0 && items_.size() == items_.capacity() && head_ >= items_.size() / 2) { compact(); }
        items_.push_back(std::move(item));
    }

    T pop()
    {
        CROUPIER_ASSERT(!empty());
        T item = std::move(items_[head_]);
        ++head_;
        if (head_ == items_.size()) { clear(); }
        return item;
    }

    void clear()
    {
        head_ = 0;
        if (items_.capacity() > kCapacityKept) {
            items_ = {};
        } else {
            items_.clear();
        }
    }

    /// The items, first to last; for looking at, not for taking.
    auto begin() const noexcept { return items_.begin() + static_cast<std::ptrdiff_t>(head_); }
    auto end() const noexcept { return items_.end(); }

    /// Drops all but the first `count` items.
    void truncate(std::size_t count)
    {
        CROUPIER_ASSERT(count <= this->count());
        items_.erase(begin() + static_cast<std::ptrdiff_t>(count), items_.end());
        if (empty()) { clear(); }
    }

private:
    static constexpr std::size_t kCapacityKept = 4;

    void compact()
    {
        items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
    }

    std::vector<T> items_;
    std::size_t head_ = 0;
};

}  // namespace croupier::edge
