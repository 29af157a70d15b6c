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

std::vector<std::uint32_t> symbols_named(const Definition& definition, const Node& node, std::size_t max)
{
    std::vector<std::uint32_t> named;
    for (const Node& element : node.elements(0, max)) { named.push_back(symbol_named(definition, element)); }
    return named;
}

void read_symbols(const Node& node, Definition& definition)
{
    std::size_t wilds = 0;
    const auto elements = node.elements(2, kSymbolsMax);
    for (const Node& element : elements) {
        element.members({"name", "kind"}, {"multiplier", "except"});
        Symbol symbol{.name = element["name"].id()};
        if (std::ranges::find(definition.symbols, symbol.name, &Symbol::name) != definition.symbols.end()) {
            element["name"].fail("a name that no other symbol has");
        }
        const std::string kind = element["kind"].id();
        if (kind == "wild" && wilds < kWildsMax) {
            symbol.kind = SymbolKind::wild;
            ++wilds;
        } else if (kind == "scatter" && !definition.scatter) {
            symbol.kind = SymbolKind::scatter;
            definition.scatter = static_cast<std::uint32_t>(definition.symbols.size());
        } else if (kind != "regular") {
            element["kind"].fail(
                "\"regular\", once \"scatter\", or up to " + std::to_string(kWildsMax) + " times \"wild\"");
        }
        definition.symbols.push_back(std::move(symbol));
    }
    for (std::size_t i = 0; i < elements.size(); ++i) {
        Symbol& symbol = definition.symbols[i];
        const bool wild = symbol.kind == SymbolKind::wild;
        for (const auto* member : {"multiplier", "except"}) {
            if (elements[i].has(member) && !wild) { elements[i][member].fail("nothing, as this is no wild"); }
        }
        if (elements[i].has("multiplier")) { symbol.multiplier = elements[i]["multiplier"].integer(1, 10); }
        if (elements[i].has("except")) {
            symbol.except = symbols_named(definition, elements[i]["except"], kSymbolsMax);
        }
    }
    if (node.failed()) { return; }
    for (std::uint32_t shown = 0; shown < definition.symbols.size(); ++shown) {
        const Symbol& cell = definition.symbols[shown];
        for (std::uint32_t as = 0; as < definition.symbols.size(); ++as) {
            const bool stands = cell.kind == SymbolKind::wild && as != definition.scatter
                && std::ranges::find(cell.except, as) == cell.except.end();
            definition.counts_as[shown][as] = shown == as ? 1 : stands ? cell.multiplier : 0;
        }
    }
}

void read_lines(const Node& node, Definition& definition)
{
    for (const Node& element : node.elements(1, kLinesMax)) {
        Line line{};
        std::size_t reel = 0;
        for (const Node& row : element.elements(definition.reels, definition.reels)) {
            line[reel++] = row.small(0, static_cast<std::uint32_t>(definition.rows - 1));
        }
        if (std::ranges::find(definition.lines, line) != definition.lines.end()) {
            element.fail("a line that no other line is");
        }
        definition.lines.push_back(line);
    }
    definition.units = static_cast<std::int64_t>(definition.lines.size());
}

void read_ways(const Node& node, Definition& definition)
{
    definition.ways = true;
    node.members({"units"});
    definition.units = node["units"].integer(1, 1000);
}

Strips read_strips(const Node& node, const Definition& definition, std::size_t reels_min, std::size_t reels_max)
{
    Strips strips;
    for (const Node& element : node.elements(reels_min, reels_max)) {
        auto& strip = strips.emplace_back();
        for (const Node& symbol : element.elements(definition.rows, 256)) {
            strip.push_back(symbol_named(definition, symbol));
            // Else a win of wilds alone would count for every symbol, once each.
            if (definition.ways && strips.size() == 1 && !symbol.failed()
                && definition.symbols[strip.back()].kind == SymbolKind::wild) {
                symbol.fail("no wild on the first reel of a game of ways");
            }
        }
    }
    return strips;
}

void read_pays(const Node& node, Definition& definition)
{
    definition.pays.resize(definition.symbols.size());
    for (const Node& element : node.elements(1, 256)) {
        element.members({"symbol", "count", "times"});
        const std::uint32_t symbol = symbol_named(definition, element["symbol"]);
        const std::uint32_t count = element["count"].small(1, static_cast<std::uint32_t>(definition.reels));
        if (element.failed()) { return; }
        if (symbol == definition.scatter) { element["symbol"].fail("not the scatter: it pays anywhere"); }
        auto& times = definition.pays[symbol][count];
        if (times != 0) { element.fail("a pay that is not named twice"); }
        times = element["times"].integer(1, kTimesMax);
    }
    for (const auto& times : definition.pays) {
        if (!std::ranges::is_sorted(std::span{times}.first(definition.reels + 1))) {
            node.fail("pays that do not fall when the count rises");
        }
    }
}

/// Reads [{"count":…, "<what>":…}, …] with rising counts, and lets each count hold up to the next.
template <class Amount>
void read_by_scatters(const Node& node, std::string_view what, std::int64_t max, const Definition& definition,
    ByScatters<Amount>& amounts)
{
    std::uint32_t above = 0;
    for (const Node& element : node.elements(0, definition.cells())) {
        element.members({"count", what});
        const std::uint32_t count = element["count"].small(above + 1, static_cast<std::uint32_t>(definition.cells()));
        const auto amount = static_cast<Amount>(element[what].integer(1, max));
        if (element.failed()) { return; }
        if (!definition.scatter) { node.fail("nothing, as there is no scatter"); }
        if (amount < amounts.back()) { element[what].fail("not less than for fewer scatters"); }
        std::ranges::fill(amounts.begin() + count, amounts.end(), amount);
        above = count;
    }
}

void read_respins(const Node& node, Definition& definition)
{
    node.members({"symbol", "limit"});
    const Respins respins{.symbol = symbol_named(definition, node["symbol"]), .limit = node["limit"].small(1, 10)};
    if (node.failed()) { return; }
    if (definition.scatter) { node.fail("nothing, as there is a scatter"); }
    std::size_t held = 1;
    for (std::size_t reel = 0; reel < definition.reels; ++reel) {
        std::size_t shown = 0;
        for (std::size_t stop = 0; stop < definition.strips[reel].size(); ++stop) {
            shown += definition.shows(definition.strips, reel, stop, respins.symbol) ? 1 : 0;
        }
        held *= shown + 1;
        if (held > kHeldMax) {
            return node["symbol"].fail(
                "a symbol that is in sight at few stops: the product of their numbers, each plus one, is at most "
                + std::to_string(kHeldMax));
        }
    }
    definition.respins = respins;
}

void read_pick(const Node& node, Definition& definition)
{
    node.members({"scatters", "prizes"});
    Pick pick{.scatters = node["scatters"].small(1, static_cast<std::uint32_t>(definition.cells())), .prizes = {}};
    for (const Node& prize : node["prizes"].elements(2, kBoxesMax)) {
        pick.prizes.push_back(prize.integer(0, kTimesMax));
    }
    if (node.failed()) { return; }
    if (!definition.scatter) { node.fail("nothing, as there is no scatter"); }
    definition.pick = std::move(pick);
}

}  // namespace

Definition read(const Node& root)
{
    Definition definition;
    root.members({"kind", "game", "name", "stake", "rows", "symbols", "strips", "pays", "scatter_pays", "free_spins",
                     "win_cap", "rtp"},
        {"lines", "ways", "respins", "pick"});
    if (root.has("lines") == root.has("ways")) { root.fail("either \"lines\" or \"ways\""); }
    definition.game = root["game"].id();
    definition.name = root["name"].text(60);
    read_symbols(root["symbols"], definition);
    definition.rows = root["rows"].small(1, kRowsMax);
    definition.ways = root.has("ways");
    definition.strips = read_strips(root["strips"], definition, kReelsMin, kReelsMax);
    definition.reels = definition.strips.size();
    if (root.failed()) { return definition; }
    definition.ways ? read_ways(root["ways"], definition) : read_lines(root["lines"], definition);
    read_pays(root["pays"], definition);
    read_by_scatters(root["scatter_pays"], "times", kTimesMax, definition, definition.scatter_pays);

    const Node free_spins = root["free_spins"];
    free_spins.members({"awards", "multiplier", "limit"}, {"strips"});
    read_by_scatters(free_spins["awards"], "spins", 100, definition, definition.free_spins);
    definition.free_spin_multiplier = free_spins["multiplier"].integer(1, 100);
    definition.free_spins_limit = free_spins["limit"].small(0, 200);
    definition.free_strips = free_spins.has("strips")
        ? read_strips(free_spins["strips"], definition, definition.reels, definition.reels)
        : definition.strips;
    if (root.has("respins")) { read_respins(root["respins"], definition); }
    if (root.has("pick")) { read_pick(root["pick"], definition); }
    definition.win_cap = root["win_cap"].integer(1, 100 * kTimesMax);

    const Node rtp = root["rtp"];
    rtp.members({"ppm", "tolerance_ppm"});
    definition.rtp_ppm = rtp["ppm"].integer(0, 1'000'000);
    definition.rtp_tolerance_ppm = rtp["tolerance_ppm"].integer(0, 1'000'000);

    definition.stakes = read_stakes(root["stake"]);
    if (!root.failed() && definition.stakes.step % definition.units != 0) {
        root["stake"]["step"].fail(
            definition.ways ? "a multiple of the ways' units" : "a multiple of the number of lines");
    }
    return definition;
}

bool Definition::shows(const Strips& of, std::size_t reel, std::size_t stop, std::uint32_t symbol) const
{
    for (std::size_t row = 0; row < rows; ++row) {
        if (at(of, reel, stop, row) == symbol) { return true; }
    }
    return false;
}

std::optional<std::size_t> Definition::first_pay(std::uint32_t symbol) const
{
    const auto& times = pays[symbol];
    const auto found = std::ranges::find_if(times, [](std::int64_t one) { return one > 0; });
    return found == times.end() ? std::nullopt : std::optional{static_cast<std::size_t>(found - times.begin())};
}

std::string public_json(const Definition& definition)
{
    using Json = nlohmann::ordered_json;
    static constexpr std::array kKinds{"regular", "wild", "scatter"};
    Json json{{"reels", definition.reels}, {"rows", definition.rows}};
    if (definition.ways) {
        json["ways"] = {{"units", definition.units}};
    } else {
        for (const Line& line : definition.lines) { json["lines"].push_back(std::span{line}.first(definition.reels)); }
    }
    json["symbols"] = Json::array();
    for (std::size_t id = 0; id < definition.symbols.size(); ++id) {
        const Symbol& symbol = definition.symbols[id];
        Json shown{{"id", id}, {"name", symbol.name}, {"kind", kKinds[static_cast<std::size_t>(symbol.kind)]}};
        if (symbol.multiplier != 1) { shown["multiplier"] = symbol.multiplier; }
        if (!symbol.except.empty()) { shown["except"] = symbol.except; }
        json["symbols"].push_back(std::move(shown));
    }
    json["strips"] = definition.strips;
    json["pays"] = Json::array();
    for (std::size_t symbol = 0; symbol < definition.pays.size(); ++symbol) {
        for (std::size_t count = 1; count <= definition.reels; ++count) {
            const auto times = definition.pays[symbol][count];
            if (times != 0) { json["pays"].push_back({{"symbol", symbol}, {"count", count}, {"times", times}}); }
        }
    }
    json["scatter_pays"] = Json::array();
    json["free_spins"] = {{"awards", Json::array()}, {"multiplier", definition.free_spin_multiplier},
        {"limit", definition.free_spins_limit}};
    for (std::size_t count = 1; count <= definition.cells(); ++count) {
        const auto times = definition.scatter_pays[count];
        const auto spins = definition.free_spins[count];
        if (times != definition.scatter_pays[count - 1]) {
            json["scatter_pays"].push_back({{"count", count}, {"times", times}});
        }
        if (spins != definition.free_spins[count - 1]) {
            json["free_spins"]["awards"].push_back({{"count", count}, {"spins", spins}});
        }
    }
    if (const auto& respins = definition.respins) {
        json["respins"] = {{"symbol", respins->symbol}, {"limit", respins->limit}};
    }
    if (const auto& pick = definition.pick) { json["pick"] = {{"scatters", pick->scatters}, {"prizes", pick->prizes}}; }
    if (definition.free_strips != definition.strips) { json["free_spins"]["strips"] = definition.free_strips; }
    json["win_cap"] = definition.win_cap;
    return json.dump();
}

}  // namespace croupier::rounds::slot
