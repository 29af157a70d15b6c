#pragma once

#include <deque>

#include "croupier/ports.hpp"

namespace croupier::fakes {

/// A link whose far end is the test: frames wait, in order, until it takes them, and are lost when it cuts the link.
class MemoryLink final : public Link {
public:
    struct Close {
        std::uint16_t code = 0;
        std::string reason;

        friend bool operator==(const Close&, const Close&) = default;
    };

    void write(std::string_view frame) override
    {
        if (open_) { frames_.emplace_back(frame); }
    }
    void close(std::uint16_t code, std::string_view reason) override
    {
        if (open_) { closed_ = Close{code, std::string{reason}}; }
        open_ = false;
    }

    /// The next frame, as the peer gets it; nullopt when none waits.
    std::optional<std::string> take()
    {
        if (frames_.empty()) { return std::nullopt; }
        std::string frame = std::move(frames_.front());
        frames_.pop_front();
        return frame;
    }
    /// What the peer reads behind the last frame, once this end has closed.
    std::optional<Close> closed() const { return frames_.empty() ? closed_ : std::nullopt; }
    /// The link breaks: what waits never arrives, nor anything written or closed later.
    void cut()
    {
        frames_.clear();
        closed_.reset();
        open_ = false;
    }

private:
    std::deque<std::string> frames_;
    std::optional<Close> closed_;
    bool open_ = true;
};

}  // namespace croupier::fakes
