#include "vprtrain/loop/interrupt.h"

#include <csignal>

namespace bitplace::train {
namespace {

volatile std::sig_atomic_t requested_flag = 0;

void handle(int) {
  requested_flag = 1;
}

void install(int signal, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() {
  requested_flag = 0;
  for (const int signal : {SIGINT, SIGTERM})
    install(signal, handle, static_cast<int>(SA_RESTART | SA_RESETHAND));
}

Interrupt::~Interrupt() {
  for (const int signal : {SIGINT, SIGTERM})
    install(signal, SIG_DFL, 0);
}

bool Interrupt::requested() {
  return requested_flag != 0;
}

}  // namespace bitplace::train
