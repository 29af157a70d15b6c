#include <algorithm>

#include "croupier/assert.hpp"
#include "sessions.hpp"

namespace croupier::session {

namespace {

std::uint64_t key_number(std::span<const std::byte> key)
{
    CROUPIER_ASSERT(key.size() == 8);
    std::uint64_t n = 0;
    for (const std::byte byte : key) { n = n << 8 | std::to_integer<std::uint64_t>(byte); }
    return n;
}

/// Length of the UTF-8 sequence (RFC 3629) at the front of `text`; 0 if it is not well formed.
std::size_t sequence_length(std::string_view text)
{
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = at(0);
    const std::size_t length = lead < 0x80 ? 1
        : lead < 0xC2                      ? 0
        : lead < 0xE0                      ? 2
        : lead < 0xF0                      ? 3
        : lead < 0xF5                      ? 4
                                           : 0;
    if (length == 0 || length > text.size()) { return 0; }
    for (std::size_t i = 1; i < length; ++i) {
        if ((at(i) & 0xC0) != 0x80) { return 0; }
    }
    if (lead == 0xE0 && at(1) < 0xA0) { return 0; }
    if (lead == 0xED && at(1) > 0x9F) { return 0; }
    if (lead == 0xF0 && at(1) < 0x90) { return 0; }
    if (lead == 0xF4 && at(1) > 0x8F) { return 0; }
    return length;
}

}  // namespace

bool valid_nickname(std::string_view nickname)
{
    static constexpr std::size_t kLettersMin = 2;
    static constexpr std::size_t kLettersMax = 24;
    std::size_t letters = 0;
    bool space_before = true;  // Also refuses a leading space.
    for (std::string_view rest = nickname; !rest.empty(); ++letters) {
        const std::size_t length = sequence_length(rest);
        if (length == 0 || letters == kLettersMax) { return false; }
        const char letter = rest.front();
        const bool space = letter == ' ';
        if (length == 1) {
            const bool alphanumeric = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')
                || (letter >= '0' && letter <= '9');
            if (!alphanumeric && !space && letter != '-' && letter != '_' && letter != '.') { return false; }
        } else if (static_cast<unsigned char>(rest[0]) == 0xC2 || rest.starts_with("\xE2\x80")
            || rest.starts_with("\xE2\x81") || rest.starts_with("\xEF\xBB\xBF") || rest.starts_with("\xE3\x80\x80")) {
            return false;  // C1 controls, Latin-1 signs, general punctuation (zero-width, bidirectional), BOM, wide space.
        }
        if (space && space_before) { return false; }
        space_before = space;
        rest.remove_prefix(length);
    }
    return letters >= kLettersMin && !space_before;
}

std::string folded(std::string_view nickname)
{
    std::string text{nickname};
    for (char& letter : text) {
        if (letter >= 'A' && letter <= 'Z') { letter = static_cast<char>(letter - 'A' + 'a'); }
    }
    return text;
}

std::vector<Answer> Registry::Session::answers_in_order() const
{
    std::vector<Answer> ordered;
    ordered.reserve(answers.size());
    for (std::size_t i = 0; i < answers.size(); ++i) { ordered.push_back(answers[(oldest + i) % answers.size()]); }
    return ordered;
}

void Registry::index(PlayerId id)
{
    const Player& player = players_[raw(id) - 1];
    if (keys_ == nullptr || player.erased) { return; }
    if (const auto plain = keys_->unseal(player.nickname)) { by_name_.insert_or_assign(folded(as_text(*plain)), id); }
}

void Registry::apply(const PlayerRegistered& fact)
{
    CROUPIER_ASSERT(raw(fact.player) == players_.size() + 1);
    players_.push_back(Player{.nickname = fact.nickname});
    index(fact.player);
}

void Registry::apply(const PlayerErased& fact)
{
    CROUPIER_ASSERT(player(fact.player) != nullptr);
    Player& player = players_[raw(fact.player) - 1];
    player.erased = true;
    std::erase_if(by_name_, [&](const auto& entry) { return entry.second == fact.player; });
}

void Registry::apply(const Opened& fact)
{
    CROUPIER_ASSERT(fact.session == next_session_ && player(fact.player) != nullptr);
    next_session_ = next(fact.session);
    sessions_.emplace(fact.session, Session{.player = fact.player, .token = fact.token, .expires_at = fact.expires_at});
    open_by_age_.insert(fact.session);
    by_token_.emplace(fact.token, fact.session);
    Player& player = players_[raw(fact.player) - 1];
    player.open.push_back(fact.session);
    const SessionId oldest = std::exchange(player.previous, std::exchange(player.latest, fact.session));
    forget_if_old(oldest);
}

void Registry::apply(const Closed& fact)
{
    const auto found = sessions_.find(fact.session);
    CROUPIER_ASSERT(found != sessions_.end() && !found->second.closed);
    found->second.closed = true;
    open_by_age_.erase(fact.session);
    by_token_.erase(found->second.token);
    std::erase(players_[raw(found->second.player) - 1].open, fact.session);
    forget_if_old(fact.session);
}

void Registry::forget_if_old(SessionId id)
{
    const auto found = sessions_.find(id);
    if (found == sessions_.end() || !found->second.closed) { return; }
    const Player& owner = players_[raw(found->second.player) - 1];
    if (owner.latest != id && owner.previous != id) { sessions_.erase(found); }
}

void Registry::apply(const RequestRecord& fact)
{
    if ((fact.scope & kOperatorScopes) != 0) { return; }
    const auto found = sessions_.find(static_cast<SessionId>(fact.scope));
    CROUPIER_ASSERT(found != sessions_.end());
    Session& session = found->second;
    const std::uint64_t n = key_number(fact.key);
    CROUPIER_ASSERT(n == session.last_n + 1);
    session.last_n = n;
    if (fact.result != 0) { ++session.refusals; }
    std::size_t place = session.answers.size();
    if (place < options_->answers_kept) {
        session.answers.emplace_back();
    } else {
        place = std::exchange(session.oldest, (session.oldest + 1) % place);  // The oldest one's memory serves again.
    }
    Answer& newest = session.answers[place];
    newest.n = n;
    newest.content = fact.content_hash;
    newest.text.assign(fact.answer);
}

const Registry::Player* Registry::player(PlayerId id) const
{
    return raw(id) == 0 || raw(id) > players_.size() ? nullptr : &players_[raw(id) - 1];
}

PlayerId Registry::player_named(std::string_view nickname) const
{
    const auto found = by_name_.find(folded(nickname));
    return found == by_name_.end() ? PlayerId{0} : found->second;
}

const Registry::Session* Registry::kept(SessionId id) const
{
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : &found->second;
}

const Registry::Session* Registry::session(SessionId id, WallTime now) const
{
    const Session* session = kept(id);
    return session == nullptr || session->closed || session->expires_at <= now ? nullptr : session;
}

SessionId Registry::session_of(const Hash& token) const
{
    const auto found = by_token_.find(token);
    return found == by_token_.end() ? SessionId{0} : found->second;
}

std::string Registry::nickname(PlayerId id) const
{
    const Player* found = player(id);
    if (found == nullptr || found->erased || keys_ == nullptr) { return {}; }
    const auto plain = keys_->unseal(found->nickname);
    return plain ? std::string{as_text(*plain)} : std::string{};
}

SessionId Registry::oldest_open() const { return open_by_age_.empty() ? SessionId{0} : *open_by_age_.begin(); }

void Registry::save(ByteWriter& out) const
{
    out.write(next_session_);
    out.write(static_cast<std::uint32_t>(players_.size()));
    for (const Player& player : players_) {
        out.write(player.nickname);
        out.write(player.erased);
        out.write(player.latest);
        out.write(player.previous);
    }
    out.write(static_cast<std::uint32_t>(sessions_.size()));
    for (const auto& [id, session] : sessions_) {
        out.write(id);
        out.write(session.player);
        out.write(session.token);
        out.write(session.expires_at);
        out.write(session.closed);
        out.write(session.last_n);
        out.write(session.refusals);
        out.write(session.answers_in_order());
    }
}

bool Registry::restore(ByteReader& in)
{
    Registry restored{*options_, keys_};
    restored.next_session_ = in.read<SessionId>();
    const auto players = in.read<std::uint32_t>();
    for (std::uint32_t i = 0; i < players && !in.failed(); ++i) {
        Player player;
        player.nickname = in.read<Sealed>();
        player.erased = in.read<bool>();
        player.latest = in.read<SessionId>();
        player.previous = in.read<SessionId>();
        restored.players_.push_back(std::move(player));
        restored.index(static_cast<PlayerId>(i + 1));
    }
    const auto sessions = in.read<std::uint32_t>();
    for (std::uint32_t i = 0; i < sessions && !in.failed(); ++i) {
        const auto id = in.read<SessionId>();
        Session session;
        session.player = in.read<PlayerId>();
        session.token = in.read<Hash>();
        session.expires_at = in.read<WallTime>();
        session.closed = in.read<bool>();
        session.last_n = in.read<std::uint64_t>();
        session.refusals = in.read<std::uint32_t>();
        session.answers = in.read<std::vector<Answer>>();
        if (raw(session.player) == 0 || raw(session.player) > players) { return false; }
        if (!session.closed) {
            restored.open_by_age_.insert(id);
            restored.by_token_.emplace(session.token, id);
            restored.players_[raw(session.player) - 1].open.push_back(id);
        }
        restored.sessions_.emplace(id, std::move(session));
    }
    if (in.failed()) { return false; }
    *this = std::move(restored);
    return true;
}

}  // namespace croupier::session
