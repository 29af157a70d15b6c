#include "serve.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "edge.hpp"
#include "pages.hpp"

namespace croupier::replay {

namespace {

class Projector final : public edge::Handler {
public:
    explicit Projector(const FilmSource& source) : source_{source} {}
    void use(edge::Edge& edge) { edge_ = &edge; }

    void on_http(ConnectionId call, edge::HttpRequest request) override
    {
        if (request.method != "GET") { return answer(call, 405, "only GET is answered"); }
        if (request.path == "/sessions.json") { return answer(call, sessions_json(source_)); }
        if (request.path == "/film.json") {
            const auto asked = std::ranges::find(request.query, "session", [](const auto& one) { return one.first; });
            if (asked == request.query.end()) { return answer(call, 404, "which session?"); }
            return answer(call, film_json(source_, asked->second));
        }
        edge_->respond(call, Seq{0}, host::replay_page(request));
    }
    // The page has its frames from the film: nobody connects.
    void on_open(ConnectionId connection) override { edge_->close(connection, 1008, "this is a recording"); }
    void on_text(ConnectionId, std::string_view) override {}
    void on_rate_limited(ConnectionId, std::string_view) override {}
    void on_closed(ConnectionId) override {}

private:
    void answer(ConnectionId call, const std::expected<std::string, std::string>& json)
    {
        if (!json) { return answer(call, 404, json.error()); }
        edge_->respond(call, Seq{0}, {.body = *json, .headers = {{"Cache-Control", "no-store"}}});
    }
    void answer(ConnectionId call, int status, const std::string& text)
    {
        edge_->respond(call, Seq{0},
            {.status = status, .content_type = "text/plain; charset=utf-8", .body = text + "\n", .headers = {}});
    }

    const FilmSource& source_;
    edge::Edge* edge_ = nullptr;
};

}  // namespace

int serve(const FilmSource& source, std::uint16_t port)
{
    const auto sessions = sessions_json(source);
    if (!sessions) {
        std::fprintf(stderr, "croupier-replay: %s\n", sessions.error().c_str());
        return 2;
    }
    boost::asio::io_context loop{1};
    Projector projector{source};
    const auto edge = edge::make_edge(loop, {.port = port}, projector);
    projector.use(*edge);
    if (const auto problem = edge->listen()) {
        std::fprintf(stderr, "croupier-replay: %s\n", problem->c_str());
        return 2;
    }
    std::printf("showing the recording on http://127.0.0.1:%u (Ctrl-C ends it)\n", edge->port());
    std::fflush(stdout);
    boost::asio::signal_set signals{loop, SIGINT, SIGTERM};
    signals.async_wait([&](const boost::system::error_code&, int) { loop.stop(); });
    loop.run();
    return 0;
}

}  // namespace croupier::replay
