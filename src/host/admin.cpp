#include "admin.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "adapters/log.hpp"
#include "admin_line.hpp"
#include "croupier/json_writer.hpp"
#include "strict_json.hpp"

namespace croupier::host {

namespace {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kLineMax = 8192;

std::string answer_line(const std::optional<std::string>& failure)
{
    if (!failure) { return "{\"ok\":true}\n"; }
    std::string line{"{\"error\":"};
    json::write_string(line, *failure);
    return line + "}\n";
}

/// A connection whose answer is being made: kept alive by whoever makes it.
void send_answer(const std::shared_ptr<Protocol::socket>& socket, const std::optional<std::string>& failure)
{
    auto line = std::make_shared<const std::string>(answer_line(failure));
    asio::async_write(
        *socket, asio::buffer(*line), [socket, line](const boost::system::error_code& error, std::size_t) {
            if (error) { log::warn("admin", "the answer could not be sent", {{"why", error.message()}}); }
        });
}

void decide(std::string_view text, const Admin::Handlers& handlers, Admin::Done done)
{
    const auto line = parse_admin_line(text);
    if (!line) { return done(line.error()); }
    if (const auto* backup = std::get_if<BackupLine>(&*line)) {
        return handlers.backup(backup->directory, std::move(done));
    }
    if (const auto* change = std::get_if<OperatorLine>(&*line)) {
        return handlers.change_operator(*change, std::move(done));
    }
    if (std::holds_alternative<ReseedLine>(*line)) { return handlers.reseed(std::move(done)); }
    handlers.erase(std::get<EraseLine>(*line).player, std::move(done));
}

class SocketAdmin final : public Admin {
public:
    SocketAdmin(asio::io_context& loop, Protocol::acceptor acceptor, std::filesystem::path path, Handlers handlers)
        : loop_{loop}, acceptor_{std::move(acceptor)}, path_{std::move(path)}, handlers_{std::move(handlers)}
    {
    }
    ~SocketAdmin() override { SocketAdmin::stop(); }

    void start() { asio::co_spawn(loop_, accept(), report); }

    void stop() override
    {
        boost::system::error_code ignored;
        if (acceptor_.is_open()) {
            acceptor_.close(ignored);
            std::error_code error;
            std::filesystem::remove(path_, error);
        }
    }

private:
    static void report(const std::exception_ptr& failure)
    {
        if (!failure) { return; }
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            log::error("admin", "a connection failed", {{"why", error.what()}});
        }
    }

    asio::awaitable<void> accept()
    {
        while (acceptor_.is_open()) {
            auto accepted = co_await acceptor_.async_accept(kAwait);
            auto& [error, socket] = accepted;
            if (error) { co_return; }
            asio::co_spawn(loop_, serve(std::make_shared<Protocol::socket>(std::move(socket))), report);
        }
    }

    asio::awaitable<void> serve(std::shared_ptr<Protocol::socket> socket)
    {
        std::string line;
        const auto read = co_await asio::async_read_until(*socket, asio::dynamic_buffer(line, kLineMax), '\n', kAwait);
        const auto& [error, size] = read;
        if (error) { co_return; }
        line.resize(size);
        decide(line, handlers_, [socket](const std::optional<std::string>& failure) { send_answer(socket, failure); });
    }

    asio::io_context& loop_;
    Protocol::acceptor acceptor_;
    std::filesystem::path path_;
    Handlers handlers_;
};

}  // namespace

std::expected<std::unique_ptr<Admin>, std::string> Admin::listen(
    asio::io_context& loop, const std::filesystem::path& socket, Handlers handlers)
{
    std::error_code ignored;
    std::filesystem::remove(socket, ignored);
    try {
        Protocol::acceptor acceptor{loop, Protocol::endpoint{socket.string()}};
        std::filesystem::permissions(
            socket, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ignored);
        auto admin = std::make_unique<SocketAdmin>(loop, std::move(acceptor), socket, std::move(handlers));
        admin->start();
        return admin;
    } catch (const boost::system::system_error& error) {
        return std::unexpected{socket.string() + ": " + error.code().message()};
    }
}

AdminAnswer ask_admin(const std::filesystem::path& socket, const std::string& line)
{
    try {
        asio::io_context loop;
        Protocol::socket connection{loop};
        boost::system::error_code refused;
        if (connection.connect(Protocol::endpoint{socket.string()}, refused); refused) {
            return {AskResult::no_server, refused.message()};
        }
        asio::write(connection, asio::buffer(line + "\n"));
        std::string answer;
        asio::read_until(connection, asio::dynamic_buffer(answer, kLineMax), '\n');
        const auto root = parse_json(answer);
        const JsonValue* error = root ? root->member("error") : nullptr;
        if (error != nullptr) { return {AskResult::failed, error->text}; }
        return {AskResult::done, {}};
    } catch (const boost::system::system_error& error) {
        return {AskResult::failed, "the server went away: " + error.code().message()};
    }
}

}  // namespace croupier::host
