#include <catch2/catch.hpp>

#include <string>

#include "gzip_sample.hpp"
#include "loopback.hpp"

using namespace std::chrono_literals;
using namespace croupier;
using namespace croupier::edge;
using namespace croupier::edge::test;

TEST_CASE("edge: one connection serves request after request, pipelined ones too, and HEAD without a body", "[edge]")
{
    Loopback loopback;
    answer_all(loopback);
    Client client{loopback.edge->port()};

    const auto first = loopback.request(
        client, "GET /a%20b?x=1&y=%26 HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer t\r\n\r\n");
    CHECK(first.status == 200);
    CHECK(first.body == "GET /a b ");
    const auto& request = loopback.handler.requests.at(0);
    CHECK(request.authorization == "Bearer t");
    CHECK(request.query == std::vector<std::pair<std::string, std::string>>{{"x", "1"}, {"y", "&"}});

    const auto second = loopback.request(client,
        "POST /p HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nIdempotency-Key: \"k\"\r\n"
        "Content-Length: 2\r\n\r\n{}");
    CHECK(second.body == "POST /p {}");
    CHECK(loopback.handler.requests.at(1).idempotency_key == "\"k\"");
    CHECK(loopback.handler.requests.at(1).content_type == "application/json");

    client.send(
        "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: h\r\n\r\nGET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(loopback.response(client).body == "GET /1 ");
    const auto head = loopback.response(client, true);
    CHECK(head.head.find("Content-Length: 7\r\n") != std::string::npos);
    CHECK(loopback.response(client).body == "GET /3 ");
    CHECK(loopback.handler.requests.at(3).head);
    CHECK(loopback.handler.requests.at(3).method == "GET");

    const auto chunked = loopback.request(
        client, "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    CHECK(chunked.body == "POST /c abc");
    const auto last = loopback.request(client, "GET /z HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    CHECK(last.head.find("Connection: close\r\n") != std::string::npos);
    CHECK(loopback.ends(client));
    REQUIRE(loopback.until([&] {
        ::shutdown(client.fd(), SHUT_WR);
        return loopback.edge->counters().connections_open == 0;
    }));
}

TEST_CASE("edge: a request in many pieces is one request, and 100-continue is answered", "[edge]")
{
    Loopback loopback;
    answer_all(loopback);
    Client client{loopback.edge->port()};
    for (const char c :
        std::string_view{"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"}) {
        client.send({&c, 1});
        loopback.loop.poll();
    }
    CHECK(loopback.response(client).status == 100);
    client.send("ab");
    loopback.loop.poll();
    client.send("c");
    CHECK(loopback.response(client).body == "POST /x abc");
}

TEST_CASE("edge: what is not a proper request gets a problem document, and the connection ends", "[edge]")
{
    struct Row {
        std::string why;
        std::string request;
        int status;
        std::string code;
    };
    const std::vector<Row> rows{
        {"no HTTP", "hello\r\n\r\n", 400, "malformed"},
        {"bad version", "GET / HTTP/9.9\r\nHost: h\r\n\r\n", 400, "malformed"},
        {"no Host", "GET / HTTP/1.1\r\n\r\n", 400, "malformed"},
        {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "malformed"},
        {"two Authorizations", "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n", 400,
            "malformed"},
        {"space before colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400, "malformed"},
        {"bad escape", "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400, "malformed"},
        {"traversal", "GET /../x HTTP/1.1\r\nHost: h\r\n\r\n", 400, "malformed"},
        {"bad length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n", 400, "malformed"},
        {"two lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400,
            "malformed"},
        {"length and chunks",
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
            "malformed"},
        {"bad chunk", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400, "malformed"},
        {"large header", "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", 431, "too_large"},
        {"large body, announced", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\n\r\n", 413, "too_large"},
        {"large body, in chunks",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n11170\r\n" + std::string(70'000, 'x')
                + "\r\n",
            413, "too_large"},
    };
    for (const auto& row : rows) {
        INFO(row.why);
        Loopback loopback;
        Client client{loopback.edge->port()};
        const auto response = loopback.request(client, row.request);
        CHECK(response.status == row.status);
        CHECK(response.head.find("Content-Type: application/problem+json\r\n") != std::string::npos);
        CHECK(response.head.find("Connection: close\r\n") != std::string::npos);
        CHECK(response.body.find("\"code\":\"" + row.code + "\"") != std::string::npos);
        CHECK(loopback.ends(client));
        CHECK(loopback.handler.requests.empty());
    }
}

TEST_CASE(
    "edge: an answer waits until what it rests on is durable, and the next request waits for the answer", "[edge]")
{
    Loopback loopback;
    Client client{loopback.edge->port()};
    client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
    REQUIRE(loopback.until([&] { return loopback.handler.calls.size() == 1; }));
    loopback.edge->respond(loopback.handler.calls[0], Seq{5}, HttpResponse{.body = "1"});
    loopback.edge->committed(Seq{4});

    // Another connection's whole exchange passes; nothing has come here.
    answer_all(loopback);
    Client other{loopback.edge->port()};
    CHECK(loopback.request(other, "GET /o HTTP/1.1\r\nHost: h\r\n\r\n").body == "GET /o ");
    client.poll();
    CHECK(client.received().empty());

    loopback.edge->committed(Seq{5});
    CHECK(loopback.response(client).body == "1");
    CHECK(loopback.response(client).body == "GET /2 ");
}

TEST_CASE("edge: a request that does not end in time gets 408, an idle connection is closed", "[edge]")
{
    Options options;
    options.request_timeout = 40ms;
    options.idle_timeout = 60ms;
    Loopback loopback{options};
    Client slow{loopback.edge->port()};
    Client idle{loopback.edge->port()};
    slow.send("GET / HTTP/1.1\r\nHost");
    CHECK(loopback.response(slow).status == 408);
    CHECK(loopback.ends(slow));
    CHECK(loopback.ends(idle));
    CHECK(idle.received().empty());
}

TEST_CASE("edge: connections beyond the limit are refused with 503, those within go on", "[edge]")
{
    Options options;
    options.connections_max = 2;
    Loopback loopback{options};
    answer_all(loopback);
    Client one{loopback.edge->port()};
    Client two{loopback.edge->port()};
    CHECK(loopback.request(one, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n").status == 200);
    CHECK(loopback.request(two, "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n").status == 200);
    Client three{loopback.edge->port()};
    const auto refused = loopback.request(three, "GET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(refused.status == 503);
    CHECK(refused.body.find("\"code\":\"overloaded\"") != std::string::npos);
    CHECK(loopback.ends(three));
    CHECK(loopback.request(one, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n").status == 200);
    CHECK(loopback.edge->counters().refused_connections == 1);
}

TEST_CASE("edge: a peer that leaves before its answer disturbs nobody", "[edge]")
{
    Loopback loopback;
    {
        Client leaver{loopback.edge->port()};
        leaver.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
        REQUIRE(loopback.until([&] { return loopback.handler.calls.size() == 1; }));
    }
    loopback.edge->respond(loopback.handler.calls[0], Seq{1}, HttpResponse{.body = std::string(100'000, 'x')});
    loopback.edge->committed(Seq{1});
    CHECK(loopback.until([&] { return loopback.edge->counters().connections_open == 0; }));
}

TEST_CASE("edge: a packed body is sent as it is, or unpacked for a client that does not take it so", "[edge]")
{
    Loopback loopback;
    loopback.handler.answer = [&](ConnectionId call, const HttpRequest&) {
        loopback.edge->respond(call, Seq{0}, HttpResponse{.body = gzipped_a300(), .gzip = true});
    };
    Client client{loopback.edge->port()};
    const auto packed = loopback.request(client, "GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip, br\r\n\r\n");
    CHECK(packed.body == gzipped_a300());
    CHECK(packed.head.find("Content-Encoding: gzip\r\n") != std::string::npos);
    const auto plain = loopback.request(client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(plain.body == std::string(300, 'a'));
    CHECK(plain.head.find("Content-Encoding") == std::string::npos);
    for (const auto& response : {packed, plain}) {
        CHECK(response.head.find("Vary: Accept-Encoding\r\n") != std::string::npos);
    }
}

TEST_CASE("edge: a port that is taken is an error that names it", "[edge]")
{
    Loopback loopback;
    Options options;
    options.port = loopback.edge->port();
    RecordingHandler handler;
    const auto second = make_edge(loopback.loop, options, handler);
    const auto failed = second->listen();
    REQUIRE(failed);
    CHECK(failed->find("127.0.0.1:" + std::to_string(options.port) + ": ") == 0);
}
