// Progress of a long loop on stderr: a bar with the time left on a terminal, a plain line now and then
// otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace bitplace::tools {

class Progress {
 public:
  Progress(std::string label, std::int64_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();  // leaves the cursor on a fresh line, also when the loop was left early

  void advance(std::int64_t count = 1);
  // Shown behind the time left.
  void set_note(std::string note) { note_ = std::move(note); }
  // A line of its own, above the bar.
  void say(const std::string& line);
  // Says how long it all took. Without it (a loop left early) nothing claims to be complete.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  double seconds() const;
  void print_bar();
  void print_line() const;

  std::string label_;
  std::string note_;
  std::int64_t total_;
  std::int64_t done_ = 0;
  bool terminal_;
  bool bar_shown_ = false;
  Clock::time_point start_;
  Clock::time_point last_print_;
};

// "42 s", "3 min 10 s", "2 h 5 min"
std::string duration_text(double seconds);

}  // namespace bitplace::tools
