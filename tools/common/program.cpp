#include "common/program.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <utility>

#include "bitplace/version.h"
#include "core/error.h"

namespace bitplace::tools {
namespace {

// What was printed can still be lost, for instance on a full disk: a program that says success has written
// all.
Status flush_output() {
  std::cout.flush();
  if (!std::cout || std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return make_error(ErrorCode::io, "standard output", "write", std::strerror(errno));
  }
  return {};
}

}  // namespace

void print_error(const Error& error) {
  std::fprintf(stderr, "error: %s\n", error.message());
}

void print_warning(const std::string& text) {
  std::fprintf(stderr, "warning: %s\n", text.c_str());
}

Program::Program(const std::string& name, const std::string& description)
    : name_(name), app_(std::make_unique<CLI::App>(description, name)) {
  app_->set_version_flag("--version", name + " " BITPLACE_VERSION_STRING);
  app_->set_help_flag("-h,--help", "Print this help and exit");
}

Program::~Program() = default;

CommandLine& Program::set_main(std::function<Status()> run) {
  chosen_ = std::move(run);
  app_->require_subcommand(0, 1);
  return command_lines_.emplace_back(app_.get());
}

CommandLine& Program::add_command(const std::string& name, const std::string& description,
                                  std::function<Status()> run) {
  if (chosen_ == nullptr) app_->require_subcommand(1);
  CLI::App* command = app_->add_subcommand(name, description);
  command->set_version_flag("--version", name_ + " " BITPLACE_VERSION_STRING);
  command->callback([this, run = std::move(run)] { chosen_ = run; });
  return command_lines_.emplace_back(command);
}

int Program::refuse(const char* why) const {
  print_error(make_error(ErrorCode::invalid_argument, name_, "command line", why));
  std::fprintf(stderr, "Run %s --help for its options.\n", name_.c_str());
  return kExitUsage;
}

int Program::parse_and_run(int argc, char** argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help or --version: CLI11 prints it
      app_->exit(error);
      return flush_output().ok() ? kExitSuccess : kExitFailure;
    }
    return refuse(error.what());
  } catch (const UsageError& error) {
    return refuse(error.what());
  }
  Status status = chosen_();
  if (status.ok()) status = flush_output();
  if (status.ok()) return kExitSuccess;
  print_error(status.error());
  return kExitFailure;
}

int Program::main(int argc, char** argv) noexcept {
  const Result<int> code = guarded([&]() -> Result<int> { return parse_and_run(argc, argv); });
  if (code.ok()) return *code;
  print_error(code.error());
  return kExitFailure;
}

}  // namespace bitplace::tools
