#include "postgres.hpp"

#include <cstdio>
#include <fstream>

#include "stats.hpp"

namespace croupier::bench {

namespace {

constexpr const char* kSchema = R"(
    CREATE TABLE accounts (id bigint PRIMARY KEY, balance bigint NOT NULL, version bigint NOT NULL);
    CREATE TABLE transfers (id bigserial PRIMARY KEY, debit bigint NOT NULL, credit bigint NOT NULL, amount bigint NOT NULL,
        at timestamptz NOT NULL);
    INSERT INTO accounts SELECT id, 1000000000, 0 FROM generate_series(1, 10000) AS id;
)";

// The lower id first: so two transfers never wait for each other's second row.
constexpr const char* kTransfer = R"(\set a random(1, 10000)
\set b random(1, 10000)
\set low least(:a, :b)
\set high greatest(:a, :b)
BEGIN;
UPDATE accounts SET balance = balance - 20, version = version + 1 WHERE id = :low;
UPDATE accounts SET balance = balance + 20, version = version + 1 WHERE id = :high;
INSERT INTO transfers (debit, credit, amount, at) VALUES (:low, :high, 20, now());
COMMIT;
)";

std::string output_of(const std::string& command)
{
    std::string text;
    std::FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) { give_up("starting " + command); }
    for (char buffer[512]; std::fgets(buffer, sizeof buffer, pipe) != nullptr;) { text += buffer; }
    if (pclose(pipe) != 0) { give_up("failed: " + command + "\n" + text); }
    return text;
}

}  // namespace

Postgres::Postgres(std::string socket, std::filesystem::path scratch)
    : socket_{std::move(socket)}, script_{scratch / "transfer.pgbench"}
{
    std::ofstream{script_} << kTransfer;
    std::ofstream{scratch / "schema.sql"} << kSchema;
    output_of("psql -q -v ON_ERROR_STOP=1 -h '" + socket_ + "' -U postgres -f '" + (scratch / "schema.sql").string()
        + "' postgres 2>&1");
}

double Postgres::run(int clients, int seconds) const
{
    const std::string text = output_of("pgbench -n -M prepared -h '" + socket_ + "' -U postgres -c "
        + std::to_string(clients) + " -j " + std::to_string(std::min(clients, 2)) + " -T " + std::to_string(seconds)
        + " -f '" + script_.string() + "' postgres 2>&1");
    const auto at = text.find("tps = ");
    if (at == std::string::npos) { give_up("pgbench said no figure:\n" + text); }
    return std::stod(text.substr(at + 6));
}

}  // namespace croupier::bench
