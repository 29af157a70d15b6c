#include <catch2/catch.hpp>

#include <string>
#include <thread>

#include "loopback.hpp"

using namespace std::chrono_literals;
using namespace croupier;
using namespace croupier::edge;
using namespace croupier::edge::test;

namespace {

constexpr int kText = 1;
constexpr int kBinary = 2;
constexpr int kClose = 8;
constexpr int kPing = 9;
constexpr int kPong = 10;

std::string close_payload(std::uint16_t code) { return {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)}; }

}  // namespace

TEST_CASE("edge: an upgrade is refused for the first reason that applies", "[edge]")
{
    struct Row {
        std::string why;
        std::string request;
        int status;
        std::string code;
    };
    const auto upgrade = Loopback::upgrade;
    const std::string protocol = "Sec-WebSocket-Protocol: croupier.v1\r\n";
    const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const std::vector<Row> rows{
        {"no upgrade", "GET /ws HTTP/1.1\r\nHost: h\r\n\r\n", 426, "malformed"},
        {"POST", "POST /ws HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", 426, "malformed"},
        {"old version", upgrade("/ws", "", protocol, key, "Sec-WebSocket-Version: 8\r\n"), 426, "malformed"},
        {"no version", upgrade("/ws", "", protocol, key, ""), 426, "malformed"},
        {"no key", upgrade("/ws", "", protocol, "", "Sec-WebSocket-Version: 13\r\n"), 400, "malformed"},
        {"bad key", upgrade("/ws", "", protocol, "Sec-WebSocket-Key: short\r\n", "Sec-WebSocket-Version: 13\r\n"), 400,
            "malformed"},
        {"no subprotocol", upgrade("/ws", "", "", key, "Sec-WebSocket-Version: 13\r\n"), 400, "malformed"},
        {"other subprotocol",
            upgrade("/ws", "", "Sec-WebSocket-Protocol: croupier.v2\r\n", key, "Sec-WebSocket-Version: 13\r\n"), 400,
            "malformed"},
        {"a body", upgrade("/ws", "Content-Length: 2\r\n", protocol, key, "Sec-WebSocket-Version: 13\r\n") + "{}", 400,
            "malformed"},
        {"frames too early", Loopback::upgrade() + "\x81\x80" + std::string(4, 'm'), 400, "malformed"},
        {"foreign origin",
            upgrade("/ws", "Origin: https://evil.example\r\n", protocol, key, "Sec-WebSocket-Version: 13\r\n"), 403,
            "origin_refused"},
    };
    for (const auto& row : rows) {
        INFO(row.why);
        Loopback loopback;
        Client client{loopback.edge->port()};
        const auto response = loopback.request(client, row.request);
        CHECK(response.status == row.status);
        CHECK(response.body.find("\"code\":\"" + row.code + "\"") != std::string::npos);
        CHECK(loopback.ends(client));
        CHECK(loopback.handler.opened.empty());
    }
}

TEST_CASE("edge: an upgrade from the own, a listed or no origin opens, with the subprotocol", "[edge]")
{
    Options options;
    options.origins = {"https://lobby.example"};
    Loopback loopback{options};
    for (const std::string_view origin : {"", "Origin: http://localhost\r\n", "Origin: https://lobby.example\r\n"}) {
        Client client{loopback.edge->port()};
        const auto response = loopback.request(client, Loopback::upgrade("/ws", origin));
        CHECK(response.status == 101);
        CHECK(response.head.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") != std::string::npos);
        CHECK(response.head.find("Sec-WebSocket-Protocol: croupier.v1\r\n") != std::string::npos);
    }
    CHECK(loopback.until([&] { return loopback.handler.closed.size() == 3; }));
    CHECK(loopback.handler.opened == loopback.handler.closed);
}

TEST_CASE("edge: texts reach the host whole, in order, whatever their frames", "[edge]")
{
    Loopback loopback;
    auto client = loopback.open_socket();
    const std::string large(16 * 1024, 'l');
    client->send_text("one");
    client->send_frame(kText, "tw", false);
    client->send_frame(kPing, "still there?");
    client->send_frame(0, "o", true);
    client->send_text(large);
    client->send_text("");
    REQUIRE(loopback.until([&] { return loopback.handler.texts.size() == 4; }));
    CHECK(loopback.handler.texts == std::vector<std::string>{"one", "two", large, ""});
    const auto pong = loopback.frame(*client);
    CHECK(pong.opcode == kPong);
    CHECK(pong.payload == "still there?");
    CHECK(loopback.edge->counters().frames_in == 4);
}

TEST_CASE("edge: a gated frame leaves once its seq is committed; send_now does not wait", "[edge]")
{
    Loopback loopback;
    auto client = loopback.open_socket();
    const auto id = loopback.handler.opened[0];
    auto& edge = *loopback.edge;
    edge.send(id, Seq{5}, FrameKind::own, "", "gated");
    edge.send_now(id, "now 1");
    CHECK(loopback.frame(*client).payload == "now 1");
    edge.committed(Seq{4});
    edge.send_now(id, "now 2");
    CHECK(loopback.frame(*client).payload == "now 2");  // Had the gate let "gated" pass, it would have come first.
    CHECK(edge.counters().outbox_bytes > 0);
    edge.committed(Seq{5});
    CHECK(loopback.frame(*client).payload == "gated");
    CHECK(edge.counters().outbox_bytes == 0);

    // What rests on something durable leaves at once.
    edge.send(id, Seq{3}, FrameKind::own, "", "old");
    CHECK(loopback.frame(*client).payload == "old");
}

TEST_CASE("edge: one commit lets many connections' frames pass, in each one's order, and the rest wait on", "[edge]")
{
    Loopback loopback;
    auto& edge = *loopback.edge;
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 20; ++i) { clients.push_back(loopback.open_socket()); }
    for (std::uint64_t seq = 1; seq <= 10; ++seq) {
        for (const auto id : loopback.handler.opened) {
            edge.send(id, Seq{seq}, FrameKind::own, "", std::to_string(seq));
            edge.send(id, Seq{seq}, FrameKind::chatter, "online", "chatter " + std::to_string(seq));
        }
    }
    edge.committed(Seq{7});
    for (auto& client : clients) {
        for (int seq = 1; seq <= 7; ++seq) { CHECK(loopback.frame(*client).payload == std::to_string(seq)); }
    }
    edge.committed(Seq{10});
    for (auto& client : clients) {
        for (int seq = 8; seq <= 10; ++seq) { CHECK(loopback.frame(*client).payload == std::to_string(seq)); }
        CHECK(loopback.frame(*client).payload == "chatter 10");
    }
}

TEST_CASE("edge: a client's protocol errors close with their code and disturb nobody else", "[edge]")
{
    struct Row {
        std::string why;
        std::function<void(Client&)> act;
        std::uint16_t code;
    };
    const std::vector<Row> rows{
        {"binary", [](Client& client) { client.send_frame(kBinary, "b"); }, 1003},
        {"not UTF-8", [](Client& client) { client.send_text("\xff\xfe"); }, 1007},
        {"cut in a character, the last fragment empty",
            [](Client& client) {
                client.send_frame(kText, "\xc3", false);
                client.send_frame(0, "", true);
            },
            1007},
        {"too large", [](Client& client) { client.send_text(std::string(16 * 1024 + 1, 'x')); }, 1009},
        {"too large in pieces",
            [](Client& client) {
                for (int i = 0; i < 3; ++i) {
                    client.send_frame(i == 0 ? kText : 0, std::string(8 * 1024, 'x'), false);
                }
            },
            1009},
        {"not masked", [](Client& client) { client.send("\x81\x01x"); }, 1002},
        {"reserved bit", [](Client& client) { client.send_frame(0x41, "x"); }, 1002},
        {"unknown opcode", [](Client& client) { client.send_frame(3, "x"); }, 1002},
        {"fragmented ping", [](Client& client) { client.send_frame(kPing, "x", false); }, 1002},
        {"continuation of nothing", [](Client& client) { client.send_frame(0, "x"); }, 1002},
    };
    Loopback loopback;
    loopback.handler.reply = [&](ConnectionId id, std::string_view text) {
        loopback.edge->send_now(id, std::string{text});
    };
    auto bystander = loopback.open_socket();
    for (const auto& row : rows) {
        INFO(row.why);
        auto client = loopback.open_socket();
        const auto id = loopback.handler.opened.back();
        row.act(*client);
        const auto frame = loopback.frame(*client);
        CHECK(frame.opcode == kClose);
        CHECK(frame.close_code() == row.code);
        client->send_frame(kClose, close_payload(row.code));
        client->send_fin();
        CHECK(loopback.ends(*client));
        CHECK(loopback.until([&] { return !loopback.handler.closed.empty() && loopback.handler.closed.back() == id; }));
        bystander->send_text("still here");
        CHECK(loopback.frame(*bystander).payload == "still here");
    }
}

TEST_CASE("edge: a peer's close is answered, and the host hears of it once", "[edge]")
{
    Loopback loopback;
    auto client = loopback.open_socket();
    const auto id = loopback.handler.opened[0];
    client->send_frame(kClose, close_payload(1000));
    const auto frame = loopback.frame(*client);
    CHECK(frame.opcode == kClose);
    CHECK(frame.close_code() == 1000);
    client->send_fin();
    CHECK(loopback.ends(*client));
    REQUIRE(loopback.until([&] { return loopback.edge->counters().connections_open == 0; }));
    CHECK(loopback.handler.closed == std::vector{id});
    CHECK(loopback.edge->counters().sockets_open == 0);
    loopback.edge->send(id, Seq{1}, FrameKind::own, "", "too late");
    loopback.edge->send_now(id, "too late");
    loopback.edge->close(id, 1000, "");
    CHECK(loopback.edge->counters().outbox_bytes == 0);
}

TEST_CASE("edge: close sends what the gate has let pass, then the close frame, and drops the rest", "[edge]")
{
    Loopback loopback;
    auto client = loopback.open_socket();
    const auto id = loopback.handler.opened[0];
    auto& edge = *loopback.edge;
    edge.committed(Seq{3});
    for (std::uint64_t seq = 1; seq <= 6; ++seq) { edge.send(id, Seq{seq}, FrameKind::own, "", std::to_string(seq)); }
    edge.close(id, 4001, "taken over");
    edge.send_now(id, "after the close");
    edge.committed(Seq{6});
    for (int seq = 1; seq <= 3; ++seq) { CHECK(loopback.frame(*client).payload == std::to_string(seq)); }
    const auto frame = loopback.frame(*client);
    CHECK(frame.opcode == kClose);
    CHECK(frame.close_code() == 4001);
    CHECK(frame.payload.substr(2) == "taken over");

    client->send_text("not heard");
    client->send_frame(kClose, close_payload(4001));
    client->send_fin();
    CHECK(loopback.ends(*client));
    CHECK(loopback.until([&] { return loopback.handler.closed == std::vector{id}; }));
    CHECK(loopback.handler.texts.empty());
}

TEST_CASE("edge: a close that rests on state leaves behind the frames before it, once that is durable", "[edge]")
{
    Loopback loopback;
    auto client = loopback.open_socket();
    const auto id = loopback.handler.opened[0];
    auto& edge = *loopback.edge;
    edge.send(id, Seq{2}, FrameKind::own, "", "own");
    edge.send(id, Seq{3}, FrameKind::chatter, "online", "chatter");
    edge.close_after(id, Seq{5}, 4001, "taken over");
    edge.close_after(id, Seq{6}, 4003, "only the first one counts");
    edge.send(id, Seq{5}, FrameKind::own, "", "behind the close");
    edge.send_now(id, "behind the close too");
    client->send_text("not heard");
    client->send_frame(kPing, "but still there");
    CHECK(loopback.frame(*client).opcode == kPong);
    edge.committed(Seq{3});
    CHECK(loopback.frame(*client).payload == "own");
    CHECK(loopback.frame(*client).payload == "chatter");
    edge.committed(Seq{4});
    client->send_frame(kPing, "");
    CHECK(loopback.frame(*client).opcode == kPong);  // Were the close frame let pass, it would have come first.

    SECTION("the commit that it waits for")
    {
        edge.committed(Seq{5});
        const auto frame = loopback.frame(*client);
        CHECK(frame.close_code() == 4001);
        CHECK(frame.payload.substr(2) == "taken over");
    }
    SECTION("a close of the edge itself does not wait")
    {
        edge.close(id, 1008, "at once");
        CHECK(loopback.frame(*client).close_code() == 1008);
    }
    SECTION("the peer may go meanwhile")
    {
        client->send_frame(kClose, close_payload(1000));
        CHECK(loopback.frame(*client).close_code() == 1000);
    }
    client->send_frame(kClose, close_payload(1000));
    client->send_fin();
    CHECK(loopback.until([&] { return loopback.handler.closed == std::vector{id}; }));
    edge.committed(Seq{6});
    CHECK(loopback.handler.texts.empty());
    CHECK(edge.counters().outbox_bytes == 0);
}

TEST_CASE("edge: a close that rests on state is decided once that is durable, also behind a write that hangs", "[edge]")
{
    Loopback loopback;
    auto slow = loopback.open_socket("/ws", 4096);
    const auto id = loopback.handler.opened[0];
    auto& edge = *loopback.edge;
    for (int i = 0; i < 10'000 && edge.counters().outbox_bytes == 0; ++i) {
        edge.send(id, Seq{0}, FrameKind::own, "", std::string(16 * 1024, 'x'));
        loopback.loop.poll();
    }
    REQUIRE(edge.counters().outbox_bytes > 0);  // The write before it hangs.
    edge.close_after(id, Seq{1}, 4003, "session ended");
    edge.committed(Seq{1});
    edge.close(id, 4004, "comes too late");
    WsFrame last;
    do {
        last = loopback.frame(*slow);
    } while (last.opcode == kText);
    CHECK(last.close_code() == 4003);
}

TEST_CASE("edge: a close that rests on what is durable leaves at once", "[edge]")
{
    Loopback loopback;
    auto client = loopback.open_socket();
    loopback.edge->committed(Seq{5});
    loopback.edge->close_after(loopback.handler.opened[0], Seq{5}, 4003, "session ended");
    CHECK(loopback.frame(*client).close_code() == 4003);
}

TEST_CASE("edge: a reader too slow is closed with 4002, and another connection notices nothing", "[edge]")
{
    Options options;
    options.outbox_max = 64 * 1024;
    Loopback loopback{options};
    auto slow = loopback.open_socket("/ws", 4096);
    auto other = loopback.open_socket();
    const auto slow_id = loopback.handler.opened[0];
    const auto other_id = loopback.handler.opened[1];
    const std::string frame(16 * 1024, 'x');
    for (int i = 0; i < 10'000 && loopback.edge->counters().slow_closed == 0; ++i) {
        loopback.edge->send(slow_id, Seq{0}, FrameKind::own, "", frame);
        loopback.loop.poll();
        if (i % 50 == 0) {
            loopback.edge->send_now(other_id, "fine");
            CHECK(loopback.frame(*other).payload == "fine");
        }
    }
    REQUIRE(loopback.edge->counters().slow_closed == 1);
    CHECK(loopback.edge->counters().outbox_bytes == 0);  // Its memory is free at once.

    // Once it reads, it finds the reason at the end.
    WsFrame last;
    do {
        last = loopback.frame(*slow);
    } while (last.opcode == kText);
    CHECK(last.opcode == kClose);
    CHECK(last.close_code() == 4002);
    slow->send_frame(kClose, close_payload(4002));
    slow->send_fin();
    CHECK(loopback.until([&] { return loopback.handler.closed == std::vector{slow_id}; }));
    loopback.edge->send_now(other_id, "still fine");
    CHECK(loopback.frame(*other).payload == "still fine");
}

TEST_CASE("edge: frames beyond the rate are handed over as such", "[edge]")
{
    Options options;
    options.frames_per_second = 1;
    options.frames_burst = 3;
    Loopback loopback{options};
    auto client = loopback.open_socket();
    for (int i = 0; i < 5; ++i) { client->send_text(std::to_string(i)); }
    REQUIRE(loopback.until([&] { return loopback.handler.limited.size() == 2; }));
    CHECK(loopback.handler.texts == std::vector<std::string>{"0", "1", "2"});
    CHECK(loopback.handler.limited == std::vector<std::string>{"3", "4"});
    CHECK(loopback.edge->counters().rate_limited == 2);
}

TEST_CASE("edge: who keeps sending beyond the rate is closed with 1008, each frame before that refused", "[edge]")
{
    Options options;
    options.frames_per_second = 1;
    options.frames_burst = 3;
    options.frames_excess_max = 4;
    Loopback loopback{options};
    auto client = loopback.open_socket();
    for (int i = 0; i < 20; ++i) { client->send_text(std::to_string(i)); }
    const auto frame = loopback.frame(*client);
    CHECK(frame.opcode == kClose);
    CHECK(frame.close_code() == 1008);
    CHECK(loopback.handler.texts == std::vector<std::string>{"0", "1", "2"});
    CHECK(loopback.handler.limited == std::vector<std::string>{"3", "4", "5", "6"});
}

TEST_CASE("edge: /ws/echo returns text and binary when offered, and is not there otherwise", "[edge]")
{
    Options options;
    options.echo = true;
    Loopback loopback{options};
    auto client = loopback.open_socket("/ws/echo");
    client->send_text("text");
    auto frame = loopback.frame(*client);
    CHECK(frame.opcode == kText);
    CHECK(frame.payload == "text");
    client->send_frame(kBinary, std::string_view{"\0\xff", 2});
    frame = loopback.frame(*client);
    CHECK(frame.opcode == kBinary);
    CHECK(frame.payload == std::string_view{"\0\xff", 2});
    CHECK(loopback.handler.opened.empty());

    Loopback without;
    answer_all(without);
    Client other{without.edge->port()};
    CHECK(without.request(other, Loopback::upgrade("/ws/echo")).body == "GET /ws/echo ");
}

TEST_CASE("edge: a silent peer is pinged, then closed; one that answers stays", "[edge]")
{
    Options options;
    options.ping_interval = 40ms;
    options.silence_max = 240ms;
    Loopback loopback{options};
    auto silent = loopback.open_socket();
    auto alive = loopback.open_socket();
    const auto silent_id = loopback.handler.opened[0];
    bool silent_closed = false;
    bool silent_pinged = false;
    int answered = 0;
    REQUIRE(loopback.until([&] {
        silent->poll();
        alive->poll();
        while (const auto frame = silent->take_frame()) {
            silent_pinged = silent_pinged || frame->opcode == kPing;
            silent_closed = silent_closed || (frame->opcode == kClose && frame->close_code() == 4004);
        }
        while (const auto frame = alive->take_frame()) {
            REQUIRE(frame->opcode == kPing);
            alive->send_frame(kPong, frame->payload);
            ++answered;
        }
        return silent_closed && answered >= 12;  // Twice as long as silence is borne.
    }));
    CHECK(silent_pinged);
    silent->send_frame(kClose, close_payload(4004));
    silent->send_fin();
    CHECK(loopback.until([&] { return loopback.handler.closed == std::vector{silent_id}; }));
}

TEST_CASE("edge: a loop that stalled does not hold its own silence against the peers", "[edge]")
{
    Options options;
    options.ping_interval = 40ms;
    options.silence_max = 240ms;
    Loopback loopback{options};
    auto client = loopback.open_socket();
    std::this_thread::sleep_for(2 * options.silence_max);  // The stall itself: nothing turns the loop meanwhile.
    CHECK(loopback.frame(*client).opcode == kPing);
}

TEST_CASE("edge: drain takes no new connection or request, WebSockets stay", "[edge]")
{
    Loopback loopback;
    answer_all(loopback);
    auto socket = loopback.open_socket();
    Client idle{loopback.edge->port()};
    CHECK(loopback.request(idle, "GET / HTTP/1.1\r\nHost: h\r\n\r\n").status == 200);
    loopback.edge->drain();
    CHECK(loopback.ends(idle));
    loopback.edge->send_now(loopback.handler.opened[0], "draining");
    CHECK(loopback.frame(*socket).payload == "draining");
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(loopback.edge->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0);
    ::close(fd);
}

TEST_CASE("edge: stop closes with 1001 after what may leave, and is done when all are gone", "[edge]")
{
    Loopback loopback;
    auto client = loopback.open_socket();
    const auto id = loopback.handler.opened[0];
    Client http{loopback.edge->port()};
    http.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    REQUIRE(loopback.until([&] { return loopback.handler.calls.size() == 1; }));
    loopback.edge->send(id, Seq{0}, FrameKind::own, "", "last words");
    bool done = false;
    loopback.edge->stop(1h, [&] { done = true; });
    CHECK(loopback.frame(*client).payload == "last words");
    CHECK(loopback.frame(*client).close_code() == 1001);
    client->send_frame(kClose, close_payload(1001));
    client->send_fin();
    CHECK(loopback.ends(*client));
    CHECK_FALSE(done);  // A request is still being answered.
    loopback.edge->respond(loopback.handler.calls[0], Seq{0}, HttpResponse{.body = "ok"});
    CHECK(loopback.response(http).body == "ok");
    http.send_fin();
    CHECK(loopback.until([&] { return done; }));
    CHECK(loopback.edge->counters().connections_open == 0);

    // Nothing is left to wait for: the loop ends by itself.
    if (loopback.loop.stopped()) { loopback.loop.restart(); }
    loopback.loop.run();
}

TEST_CASE("edge: stop cuts after the grace whoever does not go", "[edge]")
{
    Loopback loopback;
    auto stubborn = loopback.open_socket();
    Client waiting{loopback.edge->port()};
    waiting.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    REQUIRE(loopback.until([&] { return loopback.handler.calls.size() == 1; }));
    bool done = false;
    loopback.edge->stop(30ms, [&] { done = true; });
    REQUIRE(loopback.until([&] { return done; }));
    CHECK(loopback.edge->counters().connections_open == 0);
    CHECK(loopback.handler.closed == loopback.handler.opened);
    if (loopback.loop.stopped()) { loopback.loop.restart(); }
    loopback.loop.run();
}

TEST_CASE("edge: stop without connections is done at once, and an edge with open ones can be destroyed", "[edge]")
{
    Loopback idle;
    bool done = false;
    idle.edge->stop(1h, [&] { done = true; });
    CHECK(idle.until([&] { return done; }));

    Loopback loopback;
    auto client = loopback.open_socket();
    loopback.edge.reset();
    CHECK(loopback.ends(*client));
    CHECK(loopback.handler.closed.empty());
}
