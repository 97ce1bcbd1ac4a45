#include "vprtrain/loop/run_log.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/csv.h"
#include "core/error.h"

namespace bitplace::train {
namespace {

// Columns in front of the losses, and behind them.
constexpr std::ptrdiff_t kFirst = 3, kLast = 3;

// Nine digits tell two f32 apart.
std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

}  // namespace

void LossWindow::add(double total, const std::vector<std::pair<std::string, double>>& parts) {
  ++count_;
  total_ += total;
  for (const auto& [name, value] : parts) {
    auto known = parts_.begin();
    while (known != parts_.end() && known->first != name)
      ++known;
    if (known == parts_.end()) known = parts_.insert(parts_.end(), {name, 0.0});
    known->second += value;
  }
}

std::optional<double> LossWindow::part(const std::string& name) const {
  for (const auto& [known, sum] : parts_) {
    if (known == name) return sum / static_cast<double>(count_);
  }
  return std::nullopt;
}

std::vector<std::string> LossWindow::names() const {
  std::vector<std::string> names;
  for (const auto& [name, sum] : parts_)
    names.push_back(name);
  return names;
}

tools::Json LossWindow::to_json() const {
  tools::Json parts = tools::Json::object();
  for (const auto& [name, sum] : parts_)
    parts[name] = sum;
  return {{"count", count_}, {"total", total_}, {"parts", parts}};
}

LossWindow LossWindow::from_json(const tools::Json& json) {
  LossWindow window;
  window.count_ = json.at("count").get<std::int64_t>();
  window.total_ = json.at("total").get<double>();
  for (const auto& [name, sum] : json.at("parts").items())
    window.parts_.emplace_back(name, sum.get<double>());
  return window;
}

Result<RunLog> RunLog::open(const std::string& path, std::int64_t bytes) {
  const auto fault = [&path](const char* what) {
    return make_error(ErrorCode::io, path, what, std::strerror(errno));
  };
  RunLog log;
  log.path_ = path;
  log.file_.reset(std::fopen(path.c_str(), bytes == 0 ? "wb" : "r+b"));
  if (log.file_ == nullptr) return fault("open");
  std::FILE* file = log.file_.get();
  if (std::fseek(file, 0, SEEK_END) != 0) return fault("seek");
  if (std::ftell(file) < bytes)
    return make_error(ErrorCode::mismatch, path, "is shorter than last.pt remembers; --restart begins anew");
  if (::ftruncate(::fileno(file), bytes) != 0) return fault("truncate");
  log.bytes_ = bytes;
  if (bytes > 0) BITPLACE_TRY(log.read_heading());
  if (std::fseek(file, 0, SEEK_END) != 0) return fault("seek");
  return log;
}

Status RunLog::read_heading() {
  std::rewind(file_.get());
  std::string line;
  for (int c = std::fgetc(file_.get()); c != EOF && c != '\n'; c = std::fgetc(file_.get()))
    line += static_cast<char>(c);
  BITPLACE_ASSIGN(table, tools::parse_csv(line + "\n", path_));
  const auto& names = table.heading;
  if (std::ssize(names) < kFirst + kLast)
    return make_error(ErrorCode::mismatch, path_, "has no heading of a log");
  losses_.assign(names.begin() + kFirst, names.end() - kLast);
  return {};
}

Status RunLog::write(const LogRow& row, const LossWindow& window) {
  if (bytes_ == 0) {
    losses_ = window.names();
    std::string heading = "step,epoch,loss";
    for (const std::string& loss : losses_)
      heading += "," + loss;
    BITPLACE_TRY(append(heading + ",learning_rate,recall_1,recall_5\n"));
  }
  std::string text = std::to_string(row.step) + "," + number(row.epoch) + ",";
  if (!window.empty()) text += number(window.total());
  for (const std::string& loss : losses_) {
    const std::optional<double> mean = window.part(loss);
    text += "," + (mean ? number(*mean) : std::string());
  }
  text += "," + number(row.learning_rate) + ",";
  if (row.recall) text += number(row.recall->first);
  text += ",";
  if (row.recall) text += number(row.recall->fifth);
  return append(text + "\n");
}

Status RunLog::append(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() || std::fflush(file_.get()) != 0)
    return make_error(ErrorCode::io, path_, "write", std::strerror(errno));
  bytes_ += static_cast<std::int64_t>(text.size());
  return {};
}

Status RunLog::flush() {
  if (std::fflush(file_.get()) == 0 && ::fsync(::fileno(file_.get())) == 0) return {};
  return make_error(ErrorCode::io, path_, "flush", std::strerror(errno));
}

}  // namespace bitplace::train
