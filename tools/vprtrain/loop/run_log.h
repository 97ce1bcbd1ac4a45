// log.csv: a line every few steps, with the losses' means since the line before and what validation found.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bitplace/result.h"
#include "common/json_file.h"

namespace bitplace::train {

struct Recall {
  double first = 0.0;  // share of all queries with a right reference first
  double fifth = 0.0;  // among the first five
};

// Means of the losses since the last line.
class LossWindow {
 public:
  void add(double total, const std::vector<std::pair<std::string, double>>& parts);
  bool empty() const { return count_ == 0; }
  double total() const { return total_ / static_cast<double>(count_); }
  // A part that the window has not met is absent.
  std::optional<double> part(const std::string& name) const;
  std::vector<std::string> names() const;
  void clear() { *this = LossWindow(); }

  tools::Json to_json() const;
  static LossWindow from_json(const tools::Json& json);

 private:
  std::int64_t count_ = 0;
  double total_ = 0.0;
  std::vector<std::pair<std::string, double>> parts_;
};

struct LogRow {
  std::int64_t step = 0;
  double epoch = 0.0;
  double learning_rate = 0.0;
  std::optional<Recall> recall;
};

class RunLog {
 public:
  // Continues a file at `bytes`, and forgets what was written behind it; 0 begins a new one, whose heading
  // names the losses that the first row has. Errors: io, mismatch (the file is shorter).
  static Result<RunLog> open(const std::string& path, std::int64_t bytes);

  Status write(const LogRow& row, const LossWindow& window);
  // Lasting, so that what remembers bytes() can be saved.
  Status flush();
  std::int64_t bytes() const { return bytes_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  Status append(const std::string& text);
  Status read_heading();

  std::string path_;
  std::vector<std::string> losses_;
  std::unique_ptr<std::FILE, Close> file_;
  std::int64_t bytes_ = 0;
};

}  // namespace bitplace::train
