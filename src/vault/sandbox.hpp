#pragma once

namespace croupier::vault {

/// From here on this process can compute, use what it has open, take memory and ask the kernel for randomness, and nothing else: no file,
/// no socket, no other process, no new privileges (seccomp filter, PR_SET_NO_NEW_PRIVS). What is not allowed fails with EPERM.
/// False: the kernel refuses, or this machine's system calls are not known here.
bool enter_sandbox();

}  // namespace croupier::vault
