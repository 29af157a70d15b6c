#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <set>
#include <sstream>

#include "schema.hpp"

namespace croupier::config {

namespace {

using Json = nlohmann::json;
using Errors = std::vector<ConfigError>;

constexpr std::size_t kFoundMax = 60;  // Of a wrong value, as much as an error shows.

std::string show(const Json& value)
{
    std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > kFoundMax) {
        text.resize(kFoundMax);
        text += "…";
    }
    return text;
}

/// How many letters must change to turn one word into the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t change = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({change, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

/// The known path that was probably meant: nearly the same letters, or the same name in another section.
std::string suggestion(std::string_view path)
{
    const std::string_view name = path.substr(path.find('.') == std::string_view::npos ? 0 : path.find('.') + 1);
    std::string_view best;
    std::size_t best_distance = 1 + std::max<std::size_t>(2, path.size() / 3);
    for (const Key& key : keys()) {
        for (const std::string_view candidate : {key.path, section_of(key)}) {
            const std::size_t d = distance(path, candidate);
            if (d < best_distance) { best = candidate, best_distance = d; }
        }
        if (name_of(key) == name) { best = key.path, best_distance = 1; }
    }
    return best.empty() ? std::string{} : "; did you mean \"" + std::string{best} + "\"?";
}

bool is_choice(const Key& key, std::string_view text)
{
    const auto choices = split(key.choices, '|');
    return choices.empty() || std::ranges::find(choices, text) != choices.end();
}

std::optional<std::int64_t> whole_number(const Json& value, const Key& key)
{
    std::int64_t number = 0;
    if (value.is_number_unsigned()) {
        const auto positive = value.get<std::uint64_t>();
        if (positive > static_cast<std::uint64_t>(key.max)) { return std::nullopt; }
        number = static_cast<std::int64_t>(positive);
    } else if (value.is_number_integer()) {
        number = value.get<std::int64_t>();
    } else {
        return std::nullopt;
    }
    if (number < key.min || number > key.max) { return std::nullopt; }
    return number;
}

/// Puts a JSON value where the key stands; false when it is not of its type or range.
struct Assign {
    const Key& key;
    const Json& value;

    bool operator()(bool* slot) const
    {
        if (!value.is_boolean()) { return false; }
        *slot = value.get<bool>();
        return true;
    }
    bool operator()(std::string* slot) const
    {
        if (!value.is_string() || !is_choice(key, value.get_ref<const std::string&>())) { return false; }
        *slot = value.get<std::string>();
        return true;
    }
    bool operator()(std::vector<std::string>* slot) const
    {
        if (!value.is_array()) { return false; }
        std::set<std::string> seen;
        for (const Json& element : value) {
            if (!element.is_string() || !is_choice(key, element.get_ref<const std::string&>())) { return false; }
            if (!seen.insert(element.get<std::string>()).second) { return false; }
        }
        *slot = value.get<std::vector<std::string>>();
        return true;
    }
    bool operator()(std::filesystem::path* slot) const
    {
        if (!value.is_string()) { return false; }
        *slot = value.get<std::string>();
        return true;
    }
    bool operator()(Address* slot) const { return parsed(slot, &parse_address); }
    bool operator()(Currency* slot) const { return parsed(slot, &Currency::from_code); }
    template <class Number>
    bool operator()(Number* slot) const
    {
        const auto number = whole_number(value, key);
        if (number) { *slot = static_cast<Number>(*number); }
        return number.has_value();
    }

private:
    template <class T>
    bool parsed(T* slot, std::optional<T> (*parse_text)(std::string_view)) const
    {
        const auto result = value.is_string() ? parse_text(value.get_ref<const std::string&>()) : std::nullopt;
        if (result) { *slot = *result; }
        return result.has_value();
    }
};

void set(Config& config, const std::string& path, const Json& value, const std::string& source, Errors& errors)
{
    const auto all = keys();
    const auto key = std::ranges::find(all, path, &Key::path);
    if (key == all.end()) {
        errors.push_back({source, path, "there is no such key" + suggestion(path)});
        return;
    }
    if (!std::visit(Assign{*key, value}, key->slot(config))) {
        const std::string found = key->secret ? "something else" : show(value);
        errors.push_back({source, path, "expected " + expected(*key) + ", found " + found});
        return;
    }
    config.set_by[path] = source;
}

/// The document, if it is JSON in which no object has a key twice.
std::optional<Json> read_json(std::string_view text, const std::string& source, Errors& errors)
{
    std::vector<std::set<std::string>> seen;  // The keys of each object that is open.
    std::vector<std::string> names;           // The last key of each of them.
    const auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
        if (event == Json::parse_event_t::object_start) {
            seen.emplace_back();
            names.emplace_back();
        } else if (event == Json::parse_event_t::object_end) {
            seen.pop_back();
            names.pop_back();
        } else if (event == Json::parse_event_t::key) {
            names.back() = parsed.get<std::string>();
            if (!seen.back().insert(names.back()).second) {
                std::string path;
                for (const std::string& name : names) { path += (path.empty() ? "" : ".") + name; }
                errors.push_back({source, path, "stands here twice"});
            }
        }
        return true;
    };
    try {
        return Json::parse(text, watch, true, true);
    } catch (const Json::parse_error& error) {
        const std::string what = error.what();
        const auto start = what.find("] ");  // Behind nlohmann's own error number.
        errors.push_back({source, "", start == std::string::npos ? what : what.substr(start + 2)});
        return std::nullopt;
    }
}

void apply_file(Config& config, std::string_view text, const std::string& source, Errors& errors)
{
    const auto json = read_json(text, source, errors);
    if (!json) { return; }
    if (!json->is_object()) {
        errors.push_back({source, "", "expected an object of sections, found " + show(*json)});
        return;
    }
    for (const auto& [section, members] : json->items()) {
        const auto of_section = [&name = section](const Key& key) { return section_of(key) == name; };
        if (std::ranges::none_of(keys(), of_section)) {
            errors.push_back({source, section, "there is no such section" + suggestion(section)});
        } else if (!members.is_object()) {
            errors.push_back({source, section, "expected an object of keys, found " + show(members)});
        } else {
            for (const auto& [name, value] : members.items()) {
                set(config, section + "." + name, value, source, errors);
            }
        }
    }
}

/// The text of an override as the JSON value that the key's type asks for; what does not fit becomes a string, and is
/// then refused like any other.
Json value_of(const Key& key, std::string_view text)
{
    Config scratch;
    const Slot slot = key.slot(scratch);
    const bool list = std::holds_alternative<std::vector<std::string>*>(slot);
    if (list && !text.starts_with('[')) {
        Json value = Json::array();
        for (const std::string_view part : split(text, ',')) { value.push_back(part); }
        return value;
    }
    const bool textual = std::holds_alternative<std::string*>(slot) || std::holds_alternative<Address*>(slot)
        || std::holds_alternative<std::filesystem::path*>(slot) || std::holds_alternative<Currency*>(slot);
    if (textual) { return std::string{text}; }
    Json value = Json::parse(text, nullptr, false);
    return value.is_discarded() ? Json(std::string{text}) : value;
}

void apply_override(Config& config, std::string_view text, Errors& errors)
{
    static const std::string kSource = "--set";
    const auto equals = text.find('=');
    const std::string path{text.substr(0, equals)};
    if (equals == std::string_view::npos) {
        errors.push_back({kSource, path, "expected section.key=value"});
        return;
    }
    const auto all = keys();
    const auto key = std::ranges::find(all, path, &Key::path);
    set(config, path, key == all.end() ? Json() : value_of(*key, text.substr(equals + 1)), kSource, errors);
}

std::expected<Config, Errors> build(
    const std::optional<std::string_view>& text, const std::string& source, std::span<const std::string> overrides)
{
    Config config;
    Errors errors;
    if (text) { apply_file(config, *text, source, errors); }
    for (const std::string& override : overrides) { apply_override(config, override, errors); }
    if (errors.empty()) { errors = check_rules(config); }
    if (!errors.empty()) { return std::unexpected{std::move(errors)}; }
    return config;
}

}  // namespace

std::string to_string(const ConfigError& error)
{
    return error.source + ": " + (error.path.empty() ? "" : error.path + ": ") + error.message;
}

std::expected<Config, Errors> parse(
    std::string_view text, std::string_view source, std::span<const std::string> overrides)
{
    return build(text, std::string{source}, overrides);
}

std::expected<Config, Errors> load(
    const std::optional<std::filesystem::path>& file, std::span<const std::string> overrides)
{
    if (!file) { return build(std::nullopt, "", overrides); }
    std::ifstream stream{*file, std::ios::binary};
    std::ostringstream text;
    if (stream.is_open()) { text << stream.rdbuf(); }
    if (!stream.is_open() || !stream || !text) {
        return std::unexpected{Errors{{file->string(), "", "the file cannot be read"}}};
    }
    return build(text.str(), file->string(), overrides);
}

}  // namespace croupier::config
