// One self-contained HTML page: figures, precision-recall curves and matched pairs to look at.
#pragma once

#include <string>
#include <vector>

#include "evaluation/evaluate.h"

namespace bitplace::tools {

struct ReportSection {
  std::string title;  // empty: the folders' names stand for it
  std::string note;   // what a reader must know about this set; may be empty
  const Evaluation* evaluation = nullptr;
};

struct Report {
  std::string title;
  std::string introduction;  // may be empty
  std::vector<ReportSection> sections;
};

// Reads the pictures that the page shows. The page appears whole or not at all.
Status write_report(const std::string& path, const Report& report);

// Pieces of the page.
std::string report_style();
std::string precision_recall_chart(const RetrievalFigures& figures);
// `group` names the section's buttons, unlike any other section's.
Result<std::string> matched_pairs(const Evaluation& evaluation, const std::string& group);

}  // namespace bitplace::tools
