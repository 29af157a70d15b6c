#include "definition.hpp"

namespace croupier::rounds {

namespace {

const nlohmann::json kNothing;

bool is_id_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

}  // namespace

void Node::members(
    std::initializer_list<std::string_view> names, std::initializer_list<std::string_view> optional) const
{
    if (!value_->is_object()) { return fail("an object"); }
    for (const auto& [name, value] : value_->items()) {
        if (std::ranges::find(names, name) == names.end() && std::ranges::find(optional, name) == optional.end()) {
            return Node{value, path_ + "/" + name, *error_}.fail("no such member");
        }
    }
    for (const std::string_view name : names) {
        if (!value_->contains(name)) { return fail("a member \"" + std::string{name} + "\""); }
    }
}

Node Node::operator[](std::string_view name) const
{
    const auto found = value_->find(name);
    const bool there = !failed() && value_->is_object() && found != value_->end();
    Node member{there ? *found : kNothing, path_ + "/" + std::string{name}, *error_};
    if (!there) { member.fail("a value"); }
    return member;
}

std::vector<Node> Node::elements(std::size_t min, std::size_t max) const
{
    std::vector<Node> elements;
    if (failed()) { return elements; }
    if (!value_->is_array() || value_->size() < min || value_->size() > max) {
        fail("an array of " + std::to_string(min) + " to " + std::to_string(max) + " elements");
        return elements;
    }
    for (std::size_t i = 0; i < value_->size(); ++i) {
        elements.emplace_back((*value_)[i], path_ + "/" + std::to_string(i), *error_);
    }
    return elements;
}

std::int64_t Node::integer(std::int64_t min, std::int64_t max) const
{
    if (!failed() && value_->is_number_integer()) {
        // An unsigned value beyond int64 is out of every range.
        const bool fits = !value_->is_number_unsigned()
            || value_->get<std::uint64_t>() <= static_cast<std::uint64_t>(max < 0 ? 0 : max);
        const auto value = fits ? value_->get<std::int64_t>() : min;
        if (fits && value >= min && value <= max) { return value; }
    }
    fail("a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return min;
}

std::uint32_t Node::small(std::uint32_t min, std::uint32_t max) const
{
    return static_cast<std::uint32_t>(integer(min, max));
}

bool Node::boolean() const
{
    if (!failed() && value_->is_boolean()) { return value_->get<bool>(); }
    fail("true or false");
    return false;
}

std::string Node::text(std::size_t max) const
{
    if (!failed() && value_->is_string()) {
        auto text = value_->get<std::string>();
        const bool printable = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
        if (!text.empty() && text.size() <= max && printable) { return text; }
    }
    fail("a text of 1 to " + std::to_string(max) + " printable ASCII characters");
    return {};
}

std::string Node::id() const
{
    if (!failed() && value_->is_string()) {
        auto id = value_->get<std::string>();
        if (!id.empty() && id.size() <= 40 && std::ranges::all_of(id, is_id_character) && id.front() != '-'
            && id.back() != '-') {
            return id;
        }
    }
    fail("a name of 1 to 40 characters a-z, 0-9 and inner '-'");
    return {};
}

void Node::fail(std::string expected) const
{
    if (!failed()) { *error_ = DefinitionError{path_.empty() ? "/" : path_, std::move(expected)}; }
}

Stakes read_stakes(const Node& node)
{
    constexpr std::int64_t kStakeMax = 1'000'000'000'000;
    node.members({"min", "max", "step"});
    Stakes stakes;
    stakes.step = node["step"].integer(1, kStakeMax);
    stakes.min = node["min"].integer(1, kStakeMax);
    stakes.max = node["max"].integer(stakes.min, kStakeMax);
    if (stakes.min % stakes.step != 0) { node["min"].fail("a multiple of the step"); }
    if (stakes.max % stakes.step != 0) { node["max"].fail("a multiple of the step"); }
    return stakes;
}

}  // namespace croupier::rounds
