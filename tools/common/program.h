// The frame of every command-line program: options, exit codes, error lines.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "bitplace/result.h"
#include "common/command_line.h"

namespace bitplace::tools {

inline constexpr int kExitSuccess = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;

// "error: FILE: WHERE: WHY" on stderr.
void print_error(const Error& error);
// "warning: ..." on stderr.
void print_warning(const std::string& text);

// A program, with --version and --help, that does one thing, has subcommands, or both.
class Program {
 public:
  Program(const std::string& name, const std::string& description);
  ~Program();

  // For a program that does one thing: the command line takes the options, `run` is called when they are in
  // order.
  CommandLine& set_main(std::function<Status()> run);

  // Beside a main thing, a subcommand is done instead of it.
  // The returned subcommand takes the options; `run` is called when it was chosen and its options are in
  // order.
  CommandLine& add_command(const std::string& name, const std::string& description,
                           std::function<Status()> run);

  // Parses, runs the chosen subcommand and says how the process ends. Nothing is thrown.
  int main(int argc, char** argv) noexcept;

 private:
  int parse_and_run(int argc, char** argv);
  int refuse(const char* why) const;

  std::string name_;
  std::unique_ptr<CLI::App> app_;
  std::deque<CommandLine> command_lines_;
  std::function<Status()> chosen_;
};

}  // namespace bitplace::tools
