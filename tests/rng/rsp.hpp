#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

/// Known-answer vectors as NIST's CAVP publishes them (DRBGVS, .rsp): sections of headers in brackets, then records.
namespace croupier::kat {

using Octets = std::vector<unsigned char>;

enum class Mechanism : std::uint8_t { ctr, hmac, hash };

struct Field {
    std::string name;  ///< "EntropyInput", "AdditionalInput", …
    Octets value;
    std::size_t line = 0;
};

/// One COUNT: what is fed in, in the order in which it is written, up to ReturnedBits.
struct Record {
    std::size_t line = 0;
    std::string count;
    std::vector<Field> fields;
};

struct Section {
    Mechanism mechanism = Mechanism::hmac;
    std::string algorithm;             ///< As it is written: "SHA-256", "AES-256", "3KeyTDEA".
    bool derivation_function = false;  ///< CTR_DRBG: "use df".
    bool prediction_resistance = false;
    std::optional<std::size_t> returned_octets;
    std::vector<Record> records;
};

/// The file's sections; otherwise what is wrong, with its line. Which mechanism a SHA section is about does not stand in the
/// section: the comments say it ("HMAC_DRBG options"), or the name of the file; without either it is HMAC_DRBG.
std::expected<std::vector<Section>, std::string> read_rsp(const std::string& path);

}  // namespace croupier::kat
