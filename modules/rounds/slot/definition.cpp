#include "definition.hpp"

namespace croupier::rounds::slot {

namespace {

constexpr std::int64_t kTimesMax = 1'000'000;

std::uint32_t symbol_named(const Definition& definition, const Node& node)
{
    const std::string name = node.id();
    const auto found = std::ranges::find(definition.symbols, name, &Symbol::name);
    if (found == definition.symbols.end()) {
        node.fail("the name of a symbol");
        return 0;
    }
    return static_cast<std::uint32_t>(found - definition.symbols.begin());
}

void read_symbols(const Node& node, Definition& definition)
{
    for (const Node& element : node.elements(2, 32)) {
        element.members({"name", "kind"});
        Symbol symbol{.name = element["name"].id()};
        if (std::ranges::find(definition.symbols, symbol.name, &Symbol::name) != definition.symbols.end()) {
            element["name"].fail("a name that no other symbol has");
        }
        const std::string kind = element["kind"].id();
        const auto index = static_cast<std::uint32_t>(definition.symbols.size());
        if (kind == "wild" && !definition.wild) {
            symbol.kind = SymbolKind::wild;
            definition.wild = index;
        } else if (kind == "scatter" && !definition.scatter) {
            symbol.kind = SymbolKind::scatter;
            definition.scatter = index;
        } else if (kind != "regular") {
            element["kind"].fail("\"regular\", or once \"wild\" and \"scatter\"");
        }
        definition.symbols.push_back(std::move(symbol));
    }
}

void read_lines(const Node& node, Definition& definition)
{
    for (const Node& element : node.elements(1, 100)) {
        Line line{};
        std::size_t reel = 0;
        for (const Node& row : element.elements(kReels, kReels)) { line[reel++] = row.small(0, kRows - 1); }
        if (std::ranges::find(definition.lines, line) != definition.lines.end()) {
            element.fail("a line that no other line is");
        }
        definition.lines.push_back(line);
    }
}

void read_strips(const Node& node, Definition& definition)
{
    std::size_t reel = 0;
    for (const Node& element : node.elements(kReels, kReels)) {
        for (const Node& symbol : element.elements(kRows, 256)) {
            definition.strips[reel].push_back(symbol_named(definition, symbol));
        }
        ++reel;
    }
}

void read_pays(const Node& node, Definition& definition)
{
    definition.pays.resize(definition.symbols.size());
    for (const Node& element : node.elements(1, 256)) {
        element.members({"symbol", "count", "times"});
        const std::uint32_t symbol = symbol_named(definition, element["symbol"]);
        const std::uint32_t count = element["count"].small(1, kReels);
        if (element.failed()) { return; }
        if (symbol == definition.scatter) { element["symbol"].fail("not the scatter: it pays anywhere"); }
        auto& times = definition.pays[symbol][count];
        if (times != 0) { element.fail("a pay that is not named twice"); }
        times = element["times"].integer(1, kTimesMax);
    }
    for (const auto& times : definition.pays) {
        if (!std::ranges::is_sorted(times)) { node.fail("pays that do not fall when the count rises"); }
    }
}

/// Wilds alone count as wilds, unless another symbol that they stand for pays more.
void derive_wild_runs(Definition& definition)
{
    if (!definition.wild) { return; }
    for (std::size_t count = 1; count <= kReels; ++count) {
        auto& run = definition.wild_runs[count];
        run = {.symbol = *definition.wild, .times = definition.pays[*definition.wild][count]};
        for (std::uint32_t symbol = 0; symbol < definition.symbols.size(); ++symbol) {
            const auto times = definition.pays[symbol][count];
            if (times > run.times) { run = {.symbol = symbol, .times = times}; }
        }
    }
}

/// Reads [{"count":…, "<what>":…}, …] with rising counts, and lets each count hold up to the next.
template <class Amount>
void read_by_scatters(const Node& node, std::string_view what, std::int64_t max, const Definition& definition,
    std::array<Amount, kCells + 1>& amounts)
{
    std::uint32_t above = 0;
    for (const Node& element : node.elements(0, kCells)) {
        element.members({"count", what});
        const std::uint32_t count = element["count"].small(above + 1, kCells);
        const auto amount = static_cast<Amount>(element[what].integer(1, max));
        if (element.failed()) { return; }
        if (!definition.scatter) { node.fail("nothing, as there is no scatter"); }
        if (amount < amounts[kCells]) { element[what].fail("not less than for fewer scatters"); }
        std::ranges::fill(amounts.begin() + count, amounts.end(), amount);
        above = count;
    }
}

}  // namespace

Definition read(const Node& root)
{
    Definition definition;
    root.members({"kind", "game", "name", "stake", "symbols", "lines", "strips", "pays", "scatter_pays", "free_spins",
        "win_cap"});
    definition.game = root["game"].id();
    definition.name = root["name"].text(60);
    read_symbols(root["symbols"], definition);
    read_lines(root["lines"], definition);
    read_strips(root["strips"], definition);
    read_pays(root["pays"], definition);
    derive_wild_runs(definition);
    read_by_scatters(root["scatter_pays"], "times", kTimesMax, definition, definition.scatter_pays);

    const Node free_spins = root["free_spins"];
    free_spins.members({"awards", "multiplier", "limit"});
    read_by_scatters(free_spins["awards"], "spins", 100, definition, definition.free_spins);
    definition.free_spin_multiplier = free_spins["multiplier"].integer(1, 100);
    definition.free_spins_limit = free_spins["limit"].small(0, 200);
    definition.win_cap = root["win_cap"].integer(1, 100 * kTimesMax);

    definition.stakes = read_stakes(root["stake"]);
    if (!root.failed() && definition.stakes.step % definition.lines_count() != 0) {
        root["stake"]["step"].fail("a multiple of the number of lines");
    }
    return definition;
}

std::string public_json(const Definition& definition)
{
    using Json = nlohmann::ordered_json;
    static constexpr std::array kKinds{"regular", "wild", "scatter"};
    Json json{{"reels", kReels}, {"rows", kRows}, {"lines", definition.lines}};
    json["symbols"] = Json::array();
    for (std::size_t id = 0; id < definition.symbols.size(); ++id) {
        const Symbol& symbol = definition.symbols[id];
        json["symbols"].push_back(
            {{"id", id}, {"name", symbol.name}, {"kind", kKinds[static_cast<std::size_t>(symbol.kind)]}});
    }
    json["strips"] = definition.strips;
    json["pays"] = Json::array();
    for (std::size_t symbol = 0; symbol < definition.pays.size(); ++symbol) {
        for (std::size_t count = 1; count <= kReels; ++count) {
            const auto times = definition.pays[symbol][count];
            if (times != 0) { json["pays"].push_back({{"symbol", symbol}, {"count", count}, {"times", times}}); }
        }
    }
    json["scatter_pays"] = Json::array();
    json["free_spins"] = {{"awards", Json::array()}, {"multiplier", definition.free_spin_multiplier},
        {"limit", definition.free_spins_limit}};
    for (std::size_t count = 1; count <= kCells; ++count) {
        const auto times = definition.scatter_pays[count];
        const auto spins = definition.free_spins[count];
        if (times != definition.scatter_pays[count - 1]) {
            json["scatter_pays"].push_back({{"count", count}, {"times", times}});
        }
        if (spins != definition.free_spins[count - 1]) {
            json["free_spins"]["awards"].push_back({{"count", count}, {"spins", spins}});
        }
    }
    json["win_cap"] = definition.win_cap;
    return json.dump();
}

}  // namespace croupier::rounds::slot
