// SigpipeGuard: while it lives, writing to a pipe or socket that nobody reads gives this thread EPIPE instead of a
// signal that would end the host. Other threads and the process's own handler are left alone.
#ifndef TOCSIN_NOTIFY_SIGPIPE_GUARD_H_
#define TOCSIN_NOTIFY_SIGPIPE_GUARD_H_

#include <csignal>

namespace tocsin {

class SigpipeGuard {
 public:
  SigpipeGuard() {
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    sigemptyset(&set_);
    sigaddset(&set_, SIGPIPE);
    sigset_t before;
    sigemptyset(&before);
    blocked_ = pthread_sigmask(SIG_BLOCK, &set_, &before) == 0;
    was_blocked_ = sigismember(&before, SIGPIPE) == 1;
  }
  ~SigpipeGuard() {
    if (!blocked_ || was_blocked_) return;
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    // A signal that was waiting before is the host's; one that came since is ours to take away.
    if (!was_pending_ && sigismember(&pending, SIGPIPE) == 1) {
      int signal = 0;
      sigwait(&set_, &signal);
    }
    pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
  }
  SigpipeGuard(const SigpipeGuard&) = delete;
  SigpipeGuard& operator=(const SigpipeGuard&) = delete;

 private:
  sigset_t set_;
  bool was_pending_ = false;
  bool was_blocked_ = false;
  bool blocked_ = false;
};

}  // namespace tocsin

#endif  // TOCSIN_NOTIFY_SIGPIPE_GUARD_H_
