#include "common/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace bitplace::tools {
namespace {

constexpr double kBarInterval = 0.1;    // seconds between redraws on a terminal
constexpr double kLineInterval = 10.0;  // seconds between lines in a log
constexpr int kBarWidth = 30;
constexpr const char* kClearLine = "\r\033[K";

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(seconds, 0.0)));
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

Progress::Progress(std::string label, std::int64_t total)
    : label_(std::move(label)),
      total_(total),
      terminal_(::isatty(STDERR_FILENO) != 0),
      start_(Clock::now()),
      last_print_(start_) {}

Progress::~Progress() {
  if (bar_shown_) std::fputs("\n", stderr);
}

double Progress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

void Progress::advance(std::int64_t count) {
  done_ += count;
  const Clock::time_point now = Clock::now();
  const double since_print = std::chrono::duration<double>(now - last_print_).count();
  if (since_print < (terminal_ ? kBarInterval : kLineInterval)) return;
  last_print_ = now;
  if (terminal_) {
    print_bar();
  } else {
    print_line();
  }
}

void Progress::print_bar() {
  const double share = total_ > 0 ? static_cast<double>(done_) / static_cast<double>(total_) : 1.0;
  const int filled = static_cast<int>(std::lround(share * kBarWidth));
  std::string bar(static_cast<std::size_t>(filled), '#');
  bar.resize(static_cast<std::size_t>(kBarWidth), '.');
  const double left = share > 0.0 ? seconds() * (1.0 - share) / share : 0.0;
  std::fprintf(stderr, "%s%s [%s] %lld of %lld, %s left%s%s", kClearLine, label_.c_str(), bar.c_str(),
               static_cast<long long>(done_), static_cast<long long>(total_), duration_text(left).c_str(),
               note_.empty() ? "" : "; ", note_.c_str());
  std::fflush(stderr);
  bar_shown_ = true;
}

void Progress::print_line() const {
  const double elapsed = seconds();
  const double left =
      done_ > 0 ? elapsed * static_cast<double>(total_ - done_) / static_cast<double>(done_) : 0.0;
  std::fprintf(stderr, "%s: %lld of %lld, %s left%s%s\n", label_.c_str(), static_cast<long long>(done_),
               static_cast<long long>(total_), duration_text(left).c_str(), note_.empty() ? "" : "; ",
               note_.c_str());
}

void Progress::say(const std::string& line) {
  std::fprintf(stderr, "%s%s\n", bar_shown_ ? kClearLine : "", line.c_str());
  if (bar_shown_) print_bar();
}

void Progress::finish() {
  std::fprintf(stderr, "%s%s: %lld in %.1f s\n", bar_shown_ ? kClearLine : "", label_.c_str(),
               static_cast<long long>(done_), seconds());
  bar_shown_ = false;
}

}  // namespace bitplace::tools
