#include "evaluation/report.h"

#include "bitplace/version.h"
#include "common/text_table.h"
#include "core/error.h"
#include "core/file.h"
#include "evaluation/html.h"

namespace bitplace::tools {
namespace {

std::string section_title(const ReportSection& section) {
  if (!section.title.empty()) return section.title;
  return section.evaluation->request.query_folder + " in " + section.evaluation->request.reference_folder;
}

// Recall@1 of somebody who points at a reference blindly.
double recall_of_guessing(const Evaluation& evaluation) {
  double sum = 0.0;
  for (const auto& accepted : evaluation.truth->accepted)
    sum += static_cast<double>(accepted.size());
  return sum / static_cast<double>(evaluation.queries.size()) /
         static_cast<double>(evaluation.references.size());
}

std::string tile(const std::string& value, const std::string& label, double share) {
  std::string text = "<div class=\"card tile\"><b>" + value + "</b><span>" + label + "</span>";
  if (share >= 0.0)
    text += "<div class=\"bar\"><i style=\"width:" + fixed(share * 100.0, 1) + "%\"></i></div>";
  return text + "</div>\n";
}

std::string tiles(const Evaluation& evaluation) {
  constexpr double kNoBar = -1.0;
  std::string text = "<div class=\"tiles\">\n";
  if (evaluation.figures) {
    for (std::size_t d = 0; d < kRecallDepths.size(); ++d) {
      const double recall = evaluation.figures->recall[d];
      text += tile(fixed(recall, 3), "Recall@" + std::to_string(kRecallDepths[d]), recall);
    }
  }
  text += tile(fixed(evaluation.describe_p50_ms, 2) + " ms", "picture to descriptor, median", kNoBar);
  text += tile(fixed(evaluation.match_p50_ms, 2) + " ms",
               "search among " + std::to_string(evaluation.references.size()) + " places, median", kNoBar);
  return text + "</div>\n";
}

std::string row(const std::string& name, const std::string& value) {
  return "<tr><th>" + name + "</th><td>" + html_escaped(value) + "</td></tr>\n";
}

std::string details(const Evaluation& evaluation) {
  const auto size = [](std::size_t bytes) { return bytes_text(static_cast<double>(bytes)); };
  std::string text = "<div class=\"card details\"><table>\n";
  text += row("queries", std::to_string(evaluation.queries.size()));
  if (evaluation.figures) {
    const RetrievalFigures& figures = *evaluation.figures;
    text += row("without an accepted reference", std::to_string(figures.queries_without_reference));
    text += row("S_P100 (best match right)", fixed(figures.s_p100, 3));
    text += row("recall at 100 % precision", fixed(figures.recall_at_100_precision, 3));
    text += row("area under the curve", fixed(figures.auc_pr, 3));
    text += row("Recall@1 of guessing", fixed(recall_of_guessing(evaluation), 3));
  }
  text += row("references", std::to_string(evaluation.references.size()));
  if (!evaluation.request.split.empty()) text += row("split", evaluation.request.split);
  text += row("model", evaluation.network + ", " + size(evaluation.model_bytes) + ", identity " +
                           evaluation.identity.substr(0, 12));
  text += row("descriptor", std::string(descriptor_type_name(evaluation.descriptor.type)) + ", " +
                                std::to_string(evaluation.descriptor.dimension) + " dimensions, " +
                                std::to_string(evaluation.descriptor.bytes()) + " bytes");
  text += row("machine", evaluation.cpu + ", " + evaluation.isa + ", " +
                             std::to_string(evaluation.request.engine.threads) + " thread(s)");
  text += row("memory", size(evaluation.plan_bytes) + " plan + " + size(evaluation.arena_bytes) + " arena, " +
                            size(evaluation.map_bytes) + " places");
  return text + "</table></div>\n";
}

Result<std::string> section_html(const ReportSection& section, std::size_t number) {
  const Evaluation& evaluation = *section.evaluation;
  std::string text = "<section><h2>" + html_escaped(section_title(section)) + "</h2>\n";
  if (!section.note.empty()) text += "<p class=\"note\">" + html_escaped(section.note) + "</p>\n";
  text += tiles(evaluation) + "<div class=\"columns\">\n";
  if (evaluation.figures) {
    text += "<div class=\"card\">" + precision_recall_chart(*evaluation.figures) +
            "<p class=\"soft\">Best match of each query, accepted from a falling score on. The ring is the "
            "largest "
            "recall without one false match.</p></div>\n";
  }
  text += details(evaluation) + "</div>\n";
  BITPLACE_ASSIGN(pairs, matched_pairs(evaluation, "set-" + std::to_string(number) + "-"));
  return text + pairs + "</section>\n";
}

std::string number_cell(const std::string& text, const char* tag = "td") {
  return "<" + std::string(tag) + " class=\"number\">" + text + "</" + tag + ">";
}

// All sets of pictures beside each other.
std::string summary(const Report& report) {
  std::string text = "<div class=\"card scroll\"><table><tr><th>pictures</th>";
  for (const char* heading : {"queries", "references", "R@1", "R@5", "R@10", "R@20", "AUC", "ms"})
    text += number_cell(heading, "th");
  text += "</tr>\n";
  for (const ReportSection& section : report.sections) {
    const Evaluation& evaluation = *section.evaluation;
    text += "<tr><td>" + html_escaped(section_title(section)) + "</td>" +
            number_cell(std::to_string(evaluation.queries.size())) +
            number_cell(std::to_string(evaluation.references.size()));
    for (std::size_t d = 0; d < kRecallDepths.size(); ++d)
      text += number_cell(evaluation.figures ? fixed(evaluation.figures->recall[d], 3) : "");
    text += number_cell(evaluation.figures ? fixed(evaluation.figures->auc_pr, 3) : "") +
            number_cell(fixed(evaluation.describe_p50_ms, 2)) + "</tr>\n";
  }
  return text + "</table></div>\n";
}

}  // namespace

Status write_report(const std::string& path, const Report& report) {
  std::string page =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      html_escaped(report.title) + "</title>\n<style>" + report_style() +
      "</style></head><body><main>\n<h1>" + html_escaped(report.title) + "</h1>\n";
  if (!report.introduction.empty()) page += "<p>" + html_escaped(report.introduction) + "</p>\n";
  if (report.sections.size() > 1) page += summary(report);
  for (std::size_t i = 0; i < report.sections.size(); ++i) {
    BITPLACE_ASSIGN(html, section_html(report.sections[i], i + 1));
    page += html;
  }
  page +=
      "<footer>bitplace " BITPLACE_VERSION_STRING
      ". Recall@N: share of all queries with a right reference among the first N. Scores are cosines of the "
      "descriptors. S_P100 and the recall at 100 % precision count the queries that have a right reference."
      "</footer>\n</main></body></html>\n";
  return write_file(path, std::as_bytes(std::span(page)));
}

}  // namespace bitplace::tools
