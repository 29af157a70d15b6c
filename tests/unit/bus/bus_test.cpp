#include <catch2/catch.hpp>

#include "croupier/bus.hpp"

using namespace croupier;

namespace {

struct Setup {
    Folds folds;
    UnitContent content;
    std::vector<Bytes> bodies;
    UnitOfWork work{folds, {content, bodies}, Seq{1}, from_micros(0), TransferId{1}, EventId{1}};
    NoOutputs out;
    Context context{from_micros(0), InputId{1}, work, out};
    Bus bus;
};

class Listing final : public Tap {
public:
    void saw(const AnyMessage& message, const Error* refused, const Context&) override
    {
        lines.push_back(std::string{message_name(message)} + (refused == nullptr ? "" : " refused"));
        bytes.push_back(message_bytes(message));
    }
    std::vector<std::string> lines;
    std::vector<Bytes> bytes;
};

}  // namespace

TEST_CASE("bus: a command reaches its one handler and brings back its reply", "[bus]")
{
    Setup setup;
    setup.bus.serve<ledger::GetBalance>([](const ledger::GetBalance& command, Context&) -> Result<ledger::Balance> {
        if (command.player == PlayerId{9}) { return refuse(ErrorCode::account_unknown); }
        return ledger::Balance{.available = 7};
    });
    setup.bus.seal();
    CHECK(setup.bus.send(ledger::GetBalance{PlayerId{1}}, setup.context)->available == 7);
    CHECK(setup.bus.send(ledger::GetBalance{PlayerId{9}}, setup.context).error().code == ErrorCode::account_unknown);
}

TEST_CASE("bus: a command of a module that is not enabled is refused as not_available", "[bus]")
{
    Setup setup;
    setup.bus.seal();
    CHECK_FALSE(setup.bus.handles<risk::CheckStake>());
    CHECK(setup.bus.send(risk::CheckStake{}, setup.context).error().code == ErrorCode::not_available);
}

TEST_CASE("bus: events wait until the handler has returned, then go first in first out over all types", "[bus]")
{
    Setup setup;
    std::vector<std::string> order;
    setup.bus.publishes<ledger::BalanceChanged>();
    setup.bus.publishes<session::PresenceChanged>();
    setup.bus.serve<ledger::GetTotals>([&](const ledger::GetTotals&, Context& context) -> Result<ledger::LedgerTotals> {
        setup.bus.publish(ledger::BalanceChanged{PlayerId{1}, {}}, context);
        setup.bus.publish(session::PresenceChanged{1}, context);
        setup.bus.publish(ledger::BalanceChanged{PlayerId{2}, {}}, context);
        order.emplace_back("handler ends");
        return ledger::LedgerTotals{};
    });
    setup.bus.on<ledger::BalanceChanged>([&](const ledger::BalanceChanged& event, Context& context) {
        order.push_back("first " + std::to_string(raw(event.player)));
        if (event.player == PlayerId{1}) { setup.bus.publish(session::PresenceChanged{2}, context); }
    });
    setup.bus.on<session::PresenceChanged>([&](const session::PresenceChanged& event, Context&) {
        order.push_back("presence " + std::to_string(event.players));
    });
    setup.bus.on<ledger::BalanceChanged>([&](const ledger::BalanceChanged& event, Context&) {
        order.push_back("second " + std::to_string(raw(event.player)));
    });
    setup.bus.seal();
    CHECK(setup.bus.send(ledger::GetTotals{}, setup.context).has_value());
    setup.bus.drain(setup.context);
    CHECK(order
        == std::vector<std::string>{
            "handler ends", "first 1", "second 1", "presence 1", "first 2", "second 2", "presence 2"});
}

TEST_CASE("bus: the tap sees every message once, with its canonical bytes, and each is counted", "[bus]")
{
    Setup setup;
    Listing tap;
    setup.bus.publishes<session::PresenceChanged>();
    setup.bus.serve<ledger::GetBalance>(
        [](const auto&, Context&) -> Result<ledger::Balance> { return refuse(ErrorCode::account_unknown); });
    setup.bus.seal();
    setup.bus.tap(&tap);
    CHECK_FALSE(setup.bus.send(ledger::GetBalance{PlayerId{5}}, setup.context).has_value());
    setup.bus.publish(session::PresenceChanged{3}, setup.context);
    CHECK(tap.lines == std::vector<std::string>{"ledger.GetBalance refused", "session.PresenceChanged"});
    CHECK(from_bytes<ledger::GetBalance>(tap.bytes[0])->player == PlayerId{5});
    CHECK(from_bytes<session::PresenceChanged>(tap.bytes[1])->players == 3);
    for (const auto& [name, count] : setup.bus.counts()) {
        if (name == "ledger.GetBalance") { CHECK((count.refused == 1 && count.passed == 0)); }
        if (name == "session.PresenceChanged") { CHECK(count.passed == 1); }
    }
}

TEST_CASE("work: a fact is folded at once, and a unit folds again in the order in which its facts were added", "[bus]")
{
    Folds folds;
    std::vector<std::string> order;
    folds.on<ledger::Transferred>(
        [&](const ledger::Transferred&, const FactContext&) { order.emplace_back("transfer"); });
    folds.on<bonus::Granted>([&](const bonus::Granted&, const FactContext& context) {
        order.push_back("granted at " + std::to_string(raw(context.seq)));
    });
    UnitContent content;
    std::vector<Bytes> bodies;
    UnitOfWork work{folds, {content, bodies}, Seq{4}, from_micros(1), TransferId{8}, EventId{3}};
    CHECK(work.empty());
    work.add(bonus::Granted{PlayerId{1}, 5});
    work.add(ledger::Transferred{.id = work.next_transfer(), .amount = 5});
    work.add(bonus::Granted{PlayerId{1}, 6});
    const std::vector<std::string> expected{"granted at 4", "transfer", "granted at 4"};
    CHECK(order == expected);
    order.clear();
    CHECK(folds.apply_unit(content));
    CHECK(order == expected);
    CHECK(content.events[0].stream == 1);

    content.events[0].type = 60'000;  // No such fact.
    CHECK_FALSE(folds.apply_unit(content));
}
