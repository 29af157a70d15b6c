#include "video_poker.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "croupier/assert.hpp"
#include "hands.hpp"

namespace croupier::rounds::video_poker {

namespace {

constexpr std::uint32_t kHoldAll = kHolds - 1;
constexpr std::size_t kChoiceAt = kHand;  // Of what decides a round: five cards, the choice, a card for each not held.

/// The cards by which a round is played, as they leave the deck.
class Deck {
public:
    /// The card that a draw of [0, cards left) means: the value-th of those left, in their order.
    Card take(Value value)
    {
        CROUPIER_ASSERT(value < kDeck - taken_.size());
        Card card = value;
        for (const Card gone : taken_) { card += gone <= card ? 1 : 0; }
        taken_.insert(std::ranges::upper_bound(taken_, card), card);
        return card;
    }

private:
    /// Sorted; at most two hands.
    class Taken {
    public:
        Card* begin() { return cards_.data(); }
        Card* end() { return cards_.data() + count_; }
        std::size_t size() const { return count_; }
        void insert(Card* at, Card card)
        {
            std::copy_backward(at, end(), end() + 1);
            *at = card;
            ++count_;
        }

    private:
        std::array<Card, 2 * kHand> cards_{};
        std::size_t count_ = 0;
    };
    Taken taken_;
};

/// A round as its values say.
struct Dealt {
    Hand dealt{};
    std::uint32_t held = kHoldAll;
    Hand hand{};  ///< In the end.
};

Dealt deal(std::span<const Value> decided)
{
    CROUPIER_ASSERT(decided.size() >= kHand);
    Deck deck;
    Dealt round;
    for (std::size_t i = 0; i < kHand; ++i) { round.dealt[i] = deck.take(decided[i]); }
    round.hand = round.dealt;
    if (decided.size() == kHand) { return round; }
    round.held = decided[kChoiceAt];
    CROUPIER_ASSERT(round.held < kHolds);
    std::size_t next = kChoiceAt + 1;
    for (std::size_t i = 0; i < kHand; ++i) {
        if ((round.held >> i & 1U) == 0) { round.hand[i] = deck.take(decided[next++]); }
    }
    CROUPIER_ASSERT(next == decided.size());
    return round;
}

class VideoPoker final : public Game {
public:
    VideoPoker(GameInfo info, Definition definition, const Hash& hash, std::string text)
        : info_{std::move(info)}, definition_{std::move(definition)}, hash_{hash}, text_{std::move(text)}
    {
        for (std::size_t i = 0; i < bounds_.size(); ++i) { bounds_[i] = kDeck - static_cast<Bound>(i); }
    }

    const GameInfo& info() const override { return info_; }
    const Hash& definition() const override { return hash_; }
    std::string_view kept_text() const override { return text_; }

    Result<std::int64_t> total_stake(std::int64_t stake, std::span<const Bet> bets) const override
    {
        const bool known = bets.size() == 1 && bets.front().kind == "coins" && bets.front().numbers.size() == 1;
        if (!known) { return refuse(ErrorCode::bets_invalid); }
        const std::int64_t coins = bets.front().numbers.front();
        if (coins < 1 || coins > std::int64_t(definition_.coins)) { return refuse(ErrorCode::bets_invalid); }
        const std::int64_t staked = bets.front().stake;
        if (staked <= 0 || staked % (coins * definition_.coin.step) != 0) { return refuse(ErrorCode::stake_invalid); }
        if (stake != 0 && stake != staked) { return refuse(ErrorCode::stake_invalid); }
        if (staked / coins < definition_.coin.min) { return refuse(ErrorCode::stake_too_low); }
        if (staked / coins > definition_.coin.max) { return refuse(ErrorCode::stake_too_high); }
        return staked;
    }

    std::uint32_t rtp_ppm(std::span<const Bet> bets) const override
    {
        return static_cast<std::uint32_t>(definition_.rtp_ppm[coins_of(bets) - 1]);
    }
    std::int64_t win_max(std::int64_t total_stake, std::span<const Bet> bets) const override
    {
        const std::size_t coins = coins_of(bets);
        return total_stake / std::int64_t(coins) * definition_.table.largest(coins);
    }

    std::span<const Bound> next_bounds(std::span<const Value> decided) const override
    {
        if (decided.empty()) { return std::span{bounds_}.first(kHand); }
        if (decided.size() <= kChoiceAt) { return {}; }
        const auto drawn = kHand - static_cast<std::size_t>(std::popcount(decided[kChoiceAt]));
        return decided.size() == kChoiceAt + 1 ? std::span{bounds_}.subspan(kHand, drawn) : std::span<const Bound>{};
    }

    std::optional<Question> question(std::span<const Value> decided) const override
    {
        if (decided.size() != kHand) { return std::nullopt; }
        return Question{.choices = kHolds, .by_rule = kHoldAll};
    }

    Outcome evaluate(std::int64_t total_stake, std::span<const Bet> bets, std::span<const Value> decided) const override
    {
        Outcome outcome{.events = {}, .stake = total_stake, .win = 0};
        const Dealt round = deal(decided);
        outcome.events.emplace_back(CardsDealt{{round.dealt.begin(), round.dealt.end()}});
        if (decided.size() <= kChoiceAt) { return outcome; }
        CardsDrawn drawn{.held = {}, .cards = {round.hand.begin(), round.hand.end()}};
        for (std::uint32_t i = 0; i < kHand; ++i) {
            if ((round.held >> i & 1U) != 0) { drawn.held.push_back(i); }
        }
        outcome.events.emplace_back(std::move(drawn));
        outcome.win = win_of(total_stake, bets, round.hand);
        if (outcome.win > 0) {
            outcome.events.emplace_back(HandWin{.row = definition_.table.row_of(round.hand), .win = outcome.win});
        }
        return outcome;
    }

    std::int64_t win(std::int64_t total_stake, std::span<const Bet> bets, std::span<const Value> decided) const override
    {
        return win_of(total_stake, bets, deal(decided).hand);
    }

private:
    static std::size_t coins_of(std::span<const Bet> bets)
    {
        CROUPIER_ASSERT(bets.size() == 1 && bets.front().numbers.size() == 1);  // total_stake() accepted it.
        return bets.front().numbers.front();
    }
    std::int64_t win_of(std::int64_t total_stake, std::span<const Bet> bets, const Hand& hand) const
    {
        const std::size_t coins = coins_of(bets);
        return total_stake / std::int64_t(coins) * definition_.table.pays(hand, coins);
    }

    GameInfo info_;
    Definition definition_;
    Hash hash_;
    std::string text_;
    std::array<Bound, 2 * kHand> bounds_{};  // 52, 51, … for the hand, then 47, 46, … for what replaces it.
};

nlohmann::ordered_json shown(const Definition& definition)
{
    nlohmann::ordered_json json{{"coins", definition.coins}, {"coin_min", definition.coin.min},
        {"coin_max", definition.coin.max}, {"coin_step", definition.coin.step}};
    json["rtp_ppm"] = definition.rtp_ppm;
    json["hands"] = nlohmann::ordered_json::array();
    for (const Row& row : definition.table.rows()) {
        nlohmann::ordered_json one{{"hand", name_of(row.category)}};
        if (!row.names.empty()) { one["ranks"] = row.names; }
        if (!row.kicker_names.empty()) { one["kickers"] = row.kicker_names; }
        one["pays"] = row.pays;
        json["hands"].push_back(std::move(one));
    }
    return json;
}

}  // namespace

std::unique_ptr<Game> load(const Node& root, const Hash& hash, std::string text)
{
    root.members({"kind", "game", "name", "coin", "coins", "hands", "rtp"});
    GameInfo info{.game = root["game"].id(), .name = root["name"].text(60), .kind = "video-poker"};
    Definition definition = read(root);
    if (root.failed()) { return nullptr; }
    info.stake_min = definition.coin.min;
    info.stake_max = definition.coin.max * std::int64_t(definition.coins);
    info.stake_step = definition.coin.step;
    info.rtp_ppm = static_cast<std::uint32_t>(std::ranges::min(definition.rtp_ppm));  // GLI-19 4.7.1: the poorest.
    info.definition_json = shown(definition).dump();
    return std::make_unique<VideoPoker>(std::move(info), std::move(definition), hash, std::move(text));
}

}  // namespace croupier::rounds::video_poker
