#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "croupier/ids.hpp"
#include "edge.hpp"
#include "fifo.hpp"

namespace croupier::edge {

/// One WebSocket message on its way out.
struct Frame {
    std::string bytes;
    bool binary = false;
};

/// What waits to be written to one connection, in the order in which it may leave. Plain and synchronous.
///
/// Two lanes. Frames of the ungated lane rest on no state: they leave first. Frames of the gated lane leave in the order
/// in which they were pushed, each once the watermark has reached the seq it rests on; a frame that still waits holds
/// back those behind it. Chatter is gated too, but of each topic only the newest waits, in the newest's place.
class Outbox {
public:
    /// `bytes_max` bounds what waits; each frame counts its bytes and kFrameCost.
    explicit Outbox(std::size_t bytes_max) noexcept : bytes_max_{bytes_max} {}

    /// What a waiting frame takes besides its bytes; counted, so that a flood of tiny frames is bounded too.
    static constexpr std::size_t kFrameCost = 64;

    /// False: an own frame does not fit any more, and was not taken; the connection is too slow. Chatter always answers
    /// true: what does not fit is dropped.
    [[nodiscard]] bool push(Seq rests_on, FrameKind kind, std::string_view topic, std::string bytes);
    /// The ungated lane. False as above.
    [[nodiscard]] bool push_now(Frame frame);

    /// Everything up to `committed` is durable. Lower values than before are ignored.
    void release(Seq committed) noexcept;

    /// The next frame that may leave, if there is one.
    std::optional<Frame> take();
    /// The seq whose release lets the next frame pass; nullopt if no frame is held by the gate at the front.
    std::optional<Seq> waits_for() const;

    /// Drops what the gate has not let pass.
    void drop_held();
    void clear();

    /// What waits, in bytes as bounded.
    std::size_t bytes() const noexcept { return bytes_; }

private:
    struct Gated {
        Seq rests_on{};
        std::uint64_t order = 0;  ///< Of its push, within this outbox.
        std::string bytes;
    };
    struct Chatter {
        std::string topic;
        Gated gated;
    };
    enum class Source : std::uint8_t { own, chatter };

    bool fits(std::size_t size) const noexcept;
    void push_chatter(Gated gated, std::string_view topic);
    std::optional<Source> next_gated() const;
    Seq rests_on(Source source) const;
    static std::size_t cost(std::size_t size) noexcept { return size + kFrameCost; }

    Fifo<Frame> now_;
    Fifo<Gated> own_;
    std::vector<Chatter> chatter_;  ///< One a topic, by order.
    std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    std::uint64_t order_ = 0;
    Seq committed_{};
};

}  // namespace croupier::edge
