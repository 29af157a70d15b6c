#include <nlohmann/json.hpp>

#include "schema.hpp"

namespace croupier::config {

namespace {

using Json = nlohmann::ordered_json;

struct Value {
    Json operator()(const std::filesystem::path* slot) const { return slot->string(); }
    Json operator()(const Address* slot) const { return to_string(*slot); }
    Json operator()(const Currency* slot) const { return slot->code(); }
    Json operator()(const std::chrono::milliseconds* slot) const { return slot->count(); }
    Json operator()(const std::chrono::seconds* slot) const { return slot->count(); }
    template <class T>
    Json operator()(const T* slot) const
    {
        return *slot;
    }
};

std::string value_text(const Key& key, Config& config)
{
    const Json value = std::visit(Value{}, key.slot(config));
    if (key.secret && value != Json("")) { return "\"********\""; }
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string print(const Config& config, bool with_origins)
{
    Config copy = config;  // Slots point into a Config that may change.
    std::string text = "{";
    std::string_view open;
    const auto all = keys();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Key& key = all[i];
        const bool last = i + 1 == all.size() || section_of(all[i + 1]) != section_of(key);
        if (open != section_of(key)) {
            open = section_of(key);
            text.append(i == 0 ? "\n" : ",\n").append("  \"").append(open).append("\": {\n");
        }
        text.append("    \"").append(name_of(key)).append("\": ").append(value_text(key, copy)).append(last ? "" : ",");
        if (with_origins) {
            const auto set = config.set_by.find(key.path);
            text.append("  // ").append(set == config.set_by.end() ? "default" : set->second);
        }
        text.append(last ? "\n  }" : "\n");
    }
    return text + "\n}\n";
}

std::string document()
{
    std::string page =
        "# Configuration\n\n"
        "This page is made from the table in src/config/schema.cpp by `croupier config document`; a test holds it equal.\n\n"
        "Every key has a default: `croupier serve` needs no file at all. `--config FILE` names one, JSON in which comments "
        "are\nallowed, with one object a section; `config/croupier.json` is an example. `--set section.key=value` on the "
        "command\nline wins over the file, the last one over those before (lists: `--set games.closed=a,b`). A key that "
        "does not exist\nor stands there twice, and a value of the wrong type or out of range, ends the start with an error "
        "that names file,\nkey, what was expected and what was found.\n\n"
        "`croupier config check` reads a configuration and says what is wrong with it; `croupier config print` shows the\n"
        "effective values with secrets masked.\n";
    Config defaults;
    std::string_view open;
    for (const Key& key : keys()) {
        if (open != section_of(key)) {
            open = section_of(key);
            page.append("\n## ").append(open).append("\n\n").append(about_section(open)).append("\n\n");
            page.append("| key | value | unit | default | |\n|---|---|---|---|---|\n");
        }
        page.append("| `").append(key.path).append("` | ").append(expected(key)).append(" | ").append(key.unit);
        page.append(" | `").append(value_text(key, defaults)).append("` | ").append(key.doc);
        page.append(key.secret ? " Masked when printed. |\n" : " |\n");
    }
    return page;
}

}  // namespace croupier::config
