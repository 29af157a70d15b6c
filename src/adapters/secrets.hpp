#pragma once

namespace croupier::adapters {

/// A crash of this process leaves no core dump, in which keys and generators' states would stand, and no other process of the same user
/// reads its memory (PR_SET_DUMPABLE, RLIMIT_CORE). Without effect in builds with AddressSanitizer, whose leak check needs it.
void forbid_core_dumps();

/// Secrets that OpenSSL keeps in its secure heap (the states of generators are) stand in memory that is never written to swap or to a
/// core dump, and are wiped when they are freed. Once, before anything of OpenSSL's is made. False: this memory cannot be
/// locked (RLIMIT_MEMLOCK); the heap is there all the same.
bool lock_secrets();

}  // namespace croupier::adapters
