#include "common/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <utility>

namespace bitplace::tools {

template <typename Number>
Check in_range(Number lowest, Number highest) {
  return {std::make_shared<CLI::Validator>(CLI::Range(lowest, highest))};
}
template Check in_range(int, int);
template Check in_range(std::int64_t, std::int64_t);
template Check in_range(std::uint64_t, std::uint64_t);
template Check in_range(float, float);
template Check in_range(double, double);

Check one_of(const std::vector<std::string>& names) {
  return {std::make_shared<CLI::Validator>(CLI::IsMember(names))};
}

Check existing_file() {
  return {std::make_shared<CLI::Validator>(CLI::ExistingFile)};
}

Option* Option::required() {
  option_->required();
  return this;
}

Option* Option::expected(int count) {
  option_->expected(count);
  return this;
}

Option* Option::check(const Check& check) {
  option_->check(*check.validator);
  return this;
}

Option* Option::show_default() {
  option_->capture_default_str();
  return this;
}

template <typename Value>
Option* CommandLine::add_option(const std::string& names, Value& value, const std::string& help) {
  return &options_.emplace_back(app_->add_option(names, value, help));
}
template Option* CommandLine::add_option(const std::string&, std::string&, const std::string&);
template Option* CommandLine::add_option(const std::string&, int&, const std::string&);
template Option* CommandLine::add_option(const std::string&, unsigned&, const std::string&);
template Option* CommandLine::add_option(const std::string&, std::int64_t&, const std::string&);
template Option* CommandLine::add_option(const std::string&, std::uint64_t&, const std::string&);
template Option* CommandLine::add_option(const std::string&, float&, const std::string&);
template Option* CommandLine::add_option(const std::string&, double&, const std::string&);
template Option* CommandLine::add_option(const std::string&, std::optional<int>&, const std::string&);
template Option* CommandLine::add_option(const std::string&, std::optional<std::int64_t>&,
                                         const std::string&);
template Option* CommandLine::add_option(const std::string&, std::optional<std::uint64_t>&,
                                         const std::string&);
template Option* CommandLine::add_option(const std::string&, std::optional<float>&, const std::string&);
template Option* CommandLine::add_option(const std::string&, std::optional<double>&, const std::string&);
template Option* CommandLine::add_option(const std::string&, std::vector<int>&, const std::string&);
template Option* CommandLine::add_option(const std::string&, std::vector<std::string>&, const std::string&);

void CommandLine::add_flag(const std::string& names, bool& value, const std::string& help) {
  app_->add_flag(names, value, help);
}

void CommandLine::set_help(const std::string& name, const std::string& help) {
  app_->get_option(name)->description(help);
}

void CommandLine::check_all(std::function<void()> check) {
  app_->parse_complete_callback(std::move(check));
}

}  // namespace bitplace::tools
