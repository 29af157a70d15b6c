#pragma once

/// What a thread of the store says of itself to the system.
namespace croupier::store {

/// The calling thread's name, as top -H and gdb show it; at most 15 letters.
void name_this_thread(const char* name) noexcept;
/// The calling thread lets others go first when processors are short: play comes before history (setpriority(2), which on
/// Linux is a thread's own).
void step_back_this_thread() noexcept;

}  // namespace croupier::store
