#pragma once

#include <boost/mp11.hpp>

#include <variant>

#include "croupier/messages/bonus.hpp"
#include "croupier/messages/cashier.hpp"
#include "croupier/messages/fair.hpp"
#include "croupier/messages/jackpots.hpp"
#include "croupier/messages/ledger.hpp"
#include "croupier/messages/lobby.hpp"
#include "croupier/messages/risk.hpp"
#include "croupier/messages/rng.hpp"
#include "croupier/messages/rounds.hpp"
#include "croupier/messages/seals.hpp"
#include "croupier/messages/session.hpp"
#include "croupier/unit.hpp"

/// The closed lists of what passes over the bus and of what is recorded. A message that is not listed does not compile;
/// what is listed gets its codec, its counter and its line at the tap from here.
namespace croupier {

/// Commands: exactly one handler each.
using Commands = boost::mp11::mp_list<ledger::OpenPlayer, ledger::GetBalance, ledger::GetAccount, ledger::TakeStake,
    ledger::PayWin, ledger::Refund, ledger::GrantPromo, ledger::GrantBonus, ledger::ConvertBonus, ledger::ForfeitBonus,
    ledger::GetTotals, ledger::Deposit, ledger::Adjust, ledger::Hold, ledger::PostHold, ledger::VoidHold,
    ledger::ExpireHolds, ledger::SetFrozen, ledger::ListHolds, ledger::GetTrialBalance, ledger::ReverseDeposit,
    ledger::ClosePlayer, ledger::OpenRound, ledger::OpenBet, ledger::HoldBet, ledger::RollBackBet, ledger::SettleRound,
    ledger::VoidRound, ledger::ListRounds, ledger::CloseDay, ledger::SealDay, ledger::ListSeals, ledger::FindSeal,
    ledger::ListJackpots, ledger::CountTickets, ledger::ShareJackpot, rng::Draw, rng::Reseed, rng::GetSpreads,
    fair::Show, fair::Rotate, fair::Draw, rounds::Spin, rounds::Choose, rounds::Void, rounds::ListOpen,
    rounds::FinishOverdue, rounds::ListGames, rounds::GetTallies, rounds::GetReport, rounds::Offer, risk::CheckStake,
    risk::CheckDeposit, risk::SetLimit, risk::ListLimits, bonus::GrantWelcome, session::Register, session::LogIn,
    session::Authenticate, session::LogOut, session::Hello, session::Play, session::Choose, session::Ask,
    session::OldAnswer, session::Disconnect, session::Erase, session::Sweep, session::AnnounceDrain, session::GetCounts,
    lobby::Browse, lobby::CountOnline, lobby::Announce, cashier::Perform, cashier::Identify, cashier::AddOperator,
    cashier::RemoveOperator, cashier::ListProposals>;

/// Events: any number of listeners.
using Events = boost::mp11::mp_list<ledger::BalanceChanged, rounds::Settled, rounds::Offered, session::PresenceChanged,
    lobby::OnlineAnnounced>;

/// Facts: what changes state and is kept for ever. Transferred and RequestRecord have tables of their own; every other one
/// is an event row with its kFact as type. Numbers are never reused.
using Facts = boost::mp11::mp_list<RequestRecord, ledger::Transferred, ledger::AccountOpened, ledger::Held,
    ledger::HoldResolved, ledger::FrozenSet, ledger::PlayerClosed, ledger::RoundOpened, ledger::BetHeld,
    ledger::BonusBetHeld, ledger::BetRolledBack, ledger::RoundClosed, ledger::DayClosed, ledger::DaySealed,
    ledger::JackpotSet, ledger::JackpotContributed, ledger::JackpotWon, risk::LimitSet, rng::DrawnUnnamed, rng::Drawn,
    rng::StreamOpened, rng::Seeded, rng::SeedKept, fair::Promised, fair::Begun, fair::Revealed, fair::Drawn,
    rounds::Settled, rounds::Voided, rounds::VersionPlayed, rounds::Begun, rounds::Chosen, rounds::Shown,
    bonus::Granted, session::PlayerRegistered, session::PlayerErased, session::Opened, session::Closed,
    cashier::OperatorAdded, cashier::OperatorRemoved, cashier::Acted, cashier::Proposed, cashier::ProposalDecided,
    cashier::RolledBack>;

template <class T>
inline constexpr bool is_command = boost::mp11::mp_contains<Commands, T>::value;
template <class T>
inline constexpr bool is_event = boost::mp11::mp_contains<Events, T>::value;
template <class T>
inline constexpr bool is_fact = boost::mp11::mp_contains<Facts, T>::value;

/// A fact that is stored as an event row.
template <class T>
concept EventFact = is_fact<T> && requires { T::kFact; };

}  // namespace croupier
