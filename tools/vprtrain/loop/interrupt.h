// Ctrl-C and a request to end, as a flag to look at between steps.
#pragma once

namespace bitplace::train {

// While it lives, the first SIGINT or SIGTERM sets the flag; a second one ends the process as usual.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  static bool requested();
};

}  // namespace bitplace::train
