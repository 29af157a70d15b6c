#include "rsp.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <string_view>

namespace croupier::kat {

namespace {

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) { return {}; }
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::optional<unsigned> digit(char c)
{
    if (c >= '0' && c <= '9') { return static_cast<unsigned>(c - '0'); }
    if (c >= 'a' && c <= 'f') { return static_cast<unsigned>(c - 'a' + 10); }
    if (c >= 'A' && c <= 'F') { return static_cast<unsigned>(c - 'A' + 10); }
    return std::nullopt;
}

std::optional<Octets> from_hex(std::string_view hex)
{
    if (hex.size() % 2 != 0) { return std::nullopt; }
    Octets octets;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const auto high = digit(hex[i]);
        const auto low = digit(hex[i + 1]);
        if (!high || !low) { return std::nullopt; }
        octets.push_back(static_cast<unsigned char>(*high << 4U | *low));
    }
    return octets;
}

bool says(std::string_view text, std::string_view mechanism)
{
    const auto found = std::ranges::search(
        text, mechanism, {}, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return !found.empty();
}

std::optional<Mechanism> mechanism_named_in(std::string_view text)
{
    if (says(text, "hmac_drbg") || says(text, "hmac-drbg")) { return Mechanism::hmac; }
    if (says(text, "hash_drbg") || says(text, "hash-drbg")) { return Mechanism::hash; }
    return std::nullopt;
}

constexpr auto kFields = std::to_array<std::string_view>({"EntropyInput", "Nonce", "PersonalizationString",
    "EntropyInputReseed", "AdditionalInputReseed", "AdditionalInput", "EntropyInputPR", "ReturnedBits"});
// What some files show of the state on the way.
constexpr auto kState = std::to_array<std::string_view>({"Key", "V", "C", "reseed counter", "reseed_counter"});

class Parser {
public:
    explicit Parser(const std::string& path) : path_{path}, sha_{mechanism_named_in(path.substr(path.rfind('/') + 1))}
    {
    }

    std::expected<std::vector<Section>, std::string> run()
    {
        std::ifstream in{path_};
        if (!in) { return std::unexpected{path_ + ": cannot be read"}; }
        std::string text;
        while (problem_.empty() && std::getline(in, text)) {
            ++line_;
            read(trimmed(text));
        }
        if (problem_.empty() && in_record_) { wrong("the record does not end with ReturnedBits"); }
        if (!problem_.empty()) { return std::unexpected{path_ + ":" + std::to_string(line_) + ": " + problem_}; }
        return std::move(sections_);
    }

private:
    void wrong(std::string what) { problem_ = std::move(what); }

    void read(std::string_view line)
    {
        if (line.empty() || line.starts_with("**")) { return; }
        if (line.starts_with('#')) {
            if (const auto named = mechanism_named_in(line)) { sha_ = named; }
        } else if (line.starts_with('[')) {
            if (!line.ends_with(']')) { return wrong("a header without its closing bracket"); }
            header(trimmed(line.substr(1, line.size() - 2)));
        } else {
            const auto equals = line.find('=');
            if (equals == std::string_view::npos) { return wrong("neither a header nor a value"); }
            value(trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1)));
        }
    }

    void header(std::string_view text)
    {
        if (in_record_) { return wrong("a header within a record"); }
        const auto equals = text.find('=');
        if (equals == std::string_view::npos) { return begin_section(text); }
        if (sections_.empty()) { return wrong("a header before it is said which algorithm it is about"); }
        Section& section = sections_.back();
        if (!section.records.empty()) {  // The next part of the file, about the same algorithm.
            sections_.push_back({.mechanism = section.mechanism,
                .algorithm = section.algorithm,
                .derivation_function = section.derivation_function,
                .returned_octets = {},
                .records = {}});
            lengths_.clear();
        }
        const auto name = trimmed(text.substr(0, equals));
        const auto told = trimmed(text.substr(equals + 1));
        if (name == "PredictionResistance") {
            if (told != "True" && told != "False") { return wrong("PredictionResistance is neither True nor False"); }
            sections_.back().prediction_resistance = told == "True";
            return;
        }
        if (!name.ends_with("Len")) { return wrong("an unknown header: " + std::string{name}); }
        if (told.empty() || told.size() > 6
            || !std::ranges::all_of(told, [](char c) { return c >= '0' && c <= '9'; })) {
            return wrong("a length that is none");
        }
        const std::size_t bits = std::stoul(std::string{told});
        if (bits % 8 != 0) { return wrong("a length that is no whole number of octets"); }
        lengths_.insert_or_assign(std::string{name.substr(0, name.size() - 3)}, bits / 8);
        if (name == "ReturnedBitsLen") { sections_.back().returned_octets = bits / 8; }
    }

    void begin_section(std::string_view text)
    {
        Section section{.algorithm = std::string{text.substr(0, text.find(' '))}, .returned_octets = {}, .records = {}};
        if (text.starts_with("AES-") || text.find("TDEA") != std::string_view::npos) {
            section.mechanism = Mechanism::ctr;
            section.derivation_function = text.ends_with("use df");
            if (!section.derivation_function && !text.ends_with("no df")) {
                return wrong("neither 'use df' nor 'no df'");
            }
        } else if (text.starts_with("SHA")) {
            section.mechanism = sha_.value_or(Mechanism::hmac);
        } else {
            return wrong("an unknown algorithm: " + std::string{text});
        }
        lengths_.clear();
        sections_.push_back(std::move(section));
    }

    void value(std::string_view name, std::string_view text)
    {
        if (std::ranges::find(kState, name) != kState.end()) { return; }
        if (sections_.empty()) { return wrong("a value before it is said which algorithm it is about"); }
        auto& records = sections_.back().records;
        if (name == "COUNT") {
            if (in_record_) { return wrong("the record before it does not end with ReturnedBits"); }
            records.push_back({.line = line_, .count = std::string{text}, .fields = {}});
            in_record_ = true;
            return;
        }
        if (!in_record_) { return wrong("a value outside of a record"); }
        if (std::ranges::find(kFields, name) == kFields.end()) {
            return wrong("an unknown value: " + std::string{name});
        }
        auto octets = from_hex(text);
        if (!octets) { return wrong(std::string{name} + " is not hexadecimal"); }
        if (const auto expected = length_of(name); expected && *expected != octets->size()) {
            return wrong(std::string{name} + " has " + std::to_string(octets->size() * 8)
                + " bits, and the header says " + std::to_string(*expected * 8));
        }
        records.back().fields.push_back({std::string{name}, std::move(*octets), line_});
        if (name == "ReturnedBits") { in_record_ = false; }
    }

    std::optional<std::size_t> length_of(std::string_view name) const
    {
        std::string header{name};
        if (header.starts_with("EntropyInput")) { header = "EntropyInput"; }
        if (header.starts_with("AdditionalInput")) { header = "AdditionalInput"; }
        const auto found = lengths_.find(header);
        return found == lengths_.end() ? std::nullopt : std::optional{found->second};
    }

    std::string path_;
    std::optional<Mechanism> sha_;
    std::vector<Section> sections_;
    std::map<std::string, std::size_t> lengths_;
    std::string problem_;
    std::size_t line_ = 0;
    bool in_record_ = false;
};

}  // namespace

std::expected<std::vector<Section>, std::string> read_rsp(const std::string& path) { return Parser{path}.run(); }

}  // namespace croupier::kat
