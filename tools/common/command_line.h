// The options of a command line. CLI11 does the work; its headers, which take seconds to compile, stay behind
// this one.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
class Validator;
}  // namespace CLI

namespace bitplace::tools {

// What only the whole command line can tell, thrown by CommandLine::check_all's function: exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What the text of an option must be.
struct Check {
  std::shared_ptr<const CLI::Validator> validator;
};
template <typename Number>
Check in_range(Number lowest, Number highest);
Check one_of(const std::vector<std::string>& names);
Check existing_file();

class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option* required();
  // How many values it takes.
  Option* expected(int count);
  Option* check(const Check& check);
  // In the help: the value that it has now.
  Option* show_default();

 private:
  CLI::Option* option_;
};

// Of a program or of one of its commands. A value is kept by reference and written when the command line is
// read.
class CommandLine {
 public:
  explicit CommandLine(CLI::App* app) : app_(app) {}

  // A name without a dash is a position. command_line.cpp lists the types that a value can have.
  template <typename Value>
  Option* add_option(const std::string& names, Value& value, const std::string& help);
  void add_flag(const std::string& names, bool& value, const std::string& help);
  // Instead of the text that an option was added with.
  void set_help(const std::string& name, const std::string& help);
  // Called when all options have been read.
  void check_all(std::function<void()> check);

  // For what only CLI11 itself can do.
  CLI::App& app() { return *app_; }

 private:
  CLI::App* app_;
  std::deque<Option> options_;
};

}  // namespace bitplace::tools
