#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "croupier/work.hpp"
#include "edge.hpp"

namespace croupier::host {

/// Collects what the handlers of one input tell the outside, and hands it to the edge stamped with the seq that it rests on.
class GatedOutputs final : public Outputs {
public:
    struct LookUp {
        ConnectionId connection{};
        SessionId session{};
        std::uint64_t n = 0;
        Hash content{};
    };

    void frame(ConnectionId connection, std::string text) override
    {
        items_.push_back({Kind::own, connection, 0, {}, std::move(text)});
    }
    void chatter(ConnectionId connection, std::string_view topic, std::string text) override
    {
        items_.push_back({Kind::chatter, connection, 0, topic, std::move(text)});
    }
    void close(ConnectionId connection, std::uint16_t code, std::string_view reason) override
    {
        items_.push_back({Kind::close, connection, code, {}, std::string{reason}});
    }
    void refused(ErrorCode code) override { refusals_.push_back(code); }
    void look_up(ConnectionId connection, SessionId session, std::uint64_t n, const Hash& content) override
    {
        look_ups_.push_back({connection, session, n, content});
    }

    /// The refusals told since it was asked last.
    std::vector<ErrorCode> take_refusals() { return std::exchange(refusals_, {}); }
    /// Everything collected since the last flush leaves in order once `rests_on` is durable; returns the look-ups.
    std::vector<LookUp> flush(edge::Edge& edge, Seq rests_on)
    {
        for (Item& item : items_) {
            switch (item.kind) {
                case Kind::own:
                    edge.send(item.connection, rests_on, edge::FrameKind::own, {}, std::move(item.text));
                    break;
                case Kind::chatter:
                    edge.send(item.connection, rests_on, edge::FrameKind::chatter, item.topic, std::move(item.text));
                    break;
                case Kind::close: edge.close_after(item.connection, rests_on, item.code, item.text); break;
            }
        }
        items_.clear();
        return std::exchange(look_ups_, {});
    }

private:
    enum class Kind : std::uint8_t { own, chatter, close };
    struct Item {
        Kind kind;
        ConnectionId connection;
        std::uint16_t code;
        std::string_view topic;  // Topics are literals of the modules.
        std::string text;
    };
    std::vector<Item> items_;
    std::vector<LookUp> look_ups_;
    std::vector<ErrorCode> refusals_;
};

}  // namespace croupier::host
