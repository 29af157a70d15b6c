#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "croupier/bytes.hpp"
#include "croupier/codec.hpp"
#include "croupier/ids.hpp"
#include "croupier/messages/list.hpp"
#include "croupier/time.hpp"
#include "croupier/unit.hpp"

/// How state changes: a handler adds facts to the unit of work, each fact is folded into the modules' state at once, and a
/// restart, a standby and a replay fold the same facts through the same functions.
namespace croupier {

/// What a fold may know besides the fact.
struct FactContext {
    Seq seq{};      ///< Of the unit that holds the fact.
    WallTime at{};  ///< Of the input that led to it.
};

/// Which function folds which fact. Filled by the modules at start-up; called in the order of registration.
class Folds {
public:
    template <class Fact, class Function>
    void on(Function function)
    {
        static_assert(is_fact<Fact>, "list the fact in messages/list.hpp");
        std::get<Slot<Fact>>(slots_).push_back(std::move(function));
    }

    template <class Fact>
    void apply(const Fact& fact, const FactContext& context) const
    {
        for (const auto& fold : std::get<Slot<Fact>>(slots_)) { fold(fact, context); }
    }

    /// Folds a whole unit, its facts in the order in which they were added. False: an event of the unit is unknown to
    /// this build or not canonical; state may then hold a part of the unit, so the caller must give up.
    bool apply_unit(const UnitContent& unit) const;

private:
    template <class Fact>
    using Slot = std::vector<std::function<void(const Fact&, const FactContext&)>>;
    boost::mp11::mp_apply<std::tuple, boost::mp11::mp_transform<Slot, Facts>> slots_;
};

/// What a unit of work is written into. One that is used again has the room that an earlier unit needed.
struct UnitDraft {
    UnitContent& content;
    std::vector<Bytes>& bodies;  ///< Empty ones, for events to come.
};

/// All facts of one input. The host opens one, the handlers add to it, the host submits it once.
class UnitOfWork {
public:
    /// `seq` follows that of the last submitted unit; ids are given out from the two counters on. `draft` holds no facts, and
    /// outlives this.
    UnitOfWork(const Folds& folds, const UnitDraft& draft, Seq seq, WallTime at, TransferId first_transfer,
        EventId first_event);

    /// From here on the fact is true: it is folded at once, and written with the unit.
    template <class Given>
    void add(Given&& fact)
    {
        using Fact = std::remove_cvref_t<Given>;
        if constexpr (std::is_same_v<Fact, RequestRecord>) {
            CROUPIER_ASSERT(content_.request.scope == 0);  // A unit answers one request.
            folds_->apply(fact, context_);
            content_.request = std::forward<Given>(fact);
        } else if constexpr (std::is_same_v<Fact, ledger::Transferred>) {
            CROUPIER_ASSERT(fact.id == next_transfer());
            folds_->apply(fact, context_);
            content_.transfers.push_back(fact);
        } else {
            static_assert(EventFact<Fact>, "list the fact in messages/list.hpp and give it a kFact");
            folds_->apply(fact, context_);
            EventRow row{.type = Fact::kFact,
                .after_transfers = static_cast<std::uint32_t>(content_.transfers.size()),
                .body = {}};
            if constexpr (requires { fact.player; }) { row.stream = raw(fact.player); }
            if (!bodies_.empty()) {
                row.body = std::move(bodies_.back());
                bodies_.pop_back();
            }
            row.body.reserve(kBodyUsual);
            ByteWriter{row.body}.write(fact);
            content_.events.push_back(std::move(row));
        }
    }

    TransferId next_transfer() const noexcept
    {
        return static_cast<TransferId>(raw(content_.first_transfer) + content_.transfers.size());
    }
    bool empty() const noexcept
    {
        return content_.transfers.empty() && content_.events.empty() && content_.request.scope == 0;
    }

private:
    static constexpr std::size_t kBodyUsual = 192;  // A round's facts fit: one allocation each.

    const Folds* folds_;
    FactContext context_;
    UnitContent& content_;
    std::vector<Bytes>& bodies_;
};

/// What a handler tells the outside. The host stamps each output with the last submitted seq and holds it back until that
/// is durable.
class Outputs {
public:
    virtual ~Outputs() = default;
    /// A reply or a push about the player's own money: never dropped.
    virtual void frame(ConnectionId connection, std::string text) = 0;
    /// A push that a newer one of the same topic replaces when the peer is slow.
    virtual void chatter(ConnectionId connection, std::string_view topic, std::string text) = 0;
    virtual void close(ConnectionId connection, std::uint16_t code, std::string_view reason) = 0;
    /// A frame says this refusal: for the metrics, which count those of HTTP calls too.
    virtual void refused(ErrorCode code) = 0;
    /// Asks the views for the answer to an old command; it comes back as session::OldAnswer.
    virtual void look_up(ConnectionId connection, SessionId session, std::uint64_t n, const Hash& content) = 0;
};

/// No output: for inputs whose outputs have nowhere to go (start-up, shadows).
class NoOutputs final : public Outputs {
public:
    void frame(ConnectionId, std::string) override {}
    void chatter(ConnectionId, std::string_view, std::string) override {}
    void close(ConnectionId, std::uint16_t, std::string_view) override {}
    void refused(ErrorCode) override {}
    void look_up(ConnectionId, SessionId, std::uint64_t, const Hash&) override {}
};

/// What every handler gets: the input's time, and where its facts and outputs go.
struct Context {
    WallTime now;
    InputId input;  ///< The correlation id of everything that follows from this input.
    UnitOfWork& work;
    Outputs& out;
};

}  // namespace croupier
