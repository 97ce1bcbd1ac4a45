#include <algorithm>
#include <filesystem>

#include "common/text_table.h"
#include "core/error.h"
#include "evaluation/html.h"
#include "evaluation/report.h"

namespace bitplace::tools {
namespace {

constexpr std::size_t kSampledPairs = 24;
constexpr std::size_t kMistakes = 6;
constexpr std::size_t kMatchesWithoutTruth = 3;
constexpr int kThumbnailSide = 240;

Result<std::string> picture(const std::string& path, const std::string& label) {
  auto image = read_image(path);
  if (!image.ok()) return image.error();
  BITPLACE_ASSIGN(uri, thumbnail_uri(image->view(), kThumbnailSide));
  const std::string text = html_escaped(label);
  const std::string name = html_escaped(std::filesystem::path(path).filename().string());
  return "<div><img loading=\"lazy\" alt=\"" + text + ": " + name + "\" title=\"" + name + "\" src=\"" + uri +
         "\"><small>" + text + " · " + name + "</small></div>";
}

std::string score_text(const Match& match) {
  return "score " + fixed(match.score, 3);
}

bool best_is_right(const Evaluation& evaluation, std::size_t query) {
  const Ranking& ranking = evaluation.rankings[query];
  return !ranking.empty() &&
         evaluation.truth->is_right(static_cast<std::int64_t>(query), ranking.front().index);
}

const std::string& reference_path(const Evaluation& evaluation, std::int64_t index) {
  return evaluation.references[static_cast<std::size_t>(index)];
}

// Where the first right reference stands among the best.
std::string rank_text(const Evaluation& evaluation, std::size_t query) {
  const Ranking& ranking = evaluation.rankings[query];
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    if (evaluation.truth->is_right(static_cast<std::int64_t>(query), ranking[i].index)) {
      return "right place at rank " + std::to_string(i + 1);
    }
  }
  return "right place not among the first " + std::to_string(ranking.size());
}

// A query, its best match, and what would have been right where that is something else.
Result<std::string> judged_pair(const Evaluation& evaluation, std::size_t query) {
  const Match& best = evaluation.rankings[query].front();
  const auto& accepted = evaluation.truth->accepted[query];
  const bool right = best_is_right(evaluation, query);
  BITPLACE_ASSIGN(query_picture, picture(evaluation.queries[query], "query"));
  BITPLACE_ASSIGN(best_picture, picture(reference_path(evaluation, best.index), "best match"));
  std::string pictures = query_picture + best_picture;
  std::string comment;
  if (!right && accepted.empty()) {
    comment = "<span class=\"soft\">no reference shows this place</span>";
  } else if (!right) {
    const std::int64_t expected = accepted[accepted.size() / 2];
    BITPLACE_ASSIGN(expected_picture, picture(reference_path(evaluation, expected), "right"));
    pictures += expected_picture;
    comment = "<span class=\"soft\">" + rank_text(evaluation, query) + "</span>";
  }
  return std::string("<figure class=\"pair ") + (right ? "right" : "wrong") + "\"><div class=\"pictures\">" +
         pictures + "</div><figcaption><span class=\"badge\">" + (right ? "right" : "wrong") +
         "</span><span>" + score_text(best) + "</span>" + comment + "</figcaption></figure>\n";
}

// A query and its best matches, where nobody knows which are right.
Result<std::string> plain_pair(const Evaluation& evaluation, std::size_t query) {
  const Ranking& ranking = evaluation.rankings[query];
  BITPLACE_ASSIGN(pictures, picture(evaluation.queries[query], "query"));
  std::string scores;
  for (std::size_t i = 0; i < std::min(kMatchesWithoutTruth, ranking.size()); ++i) {
    BITPLACE_ASSIGN(match_picture,
                    picture(reference_path(evaluation, ranking[i].index), "match " + std::to_string(i + 1)));
    pictures += match_picture;
    scores += (i == 0 ? "scores " : ", ") + fixed(ranking[i].score, 3);
  }
  return "<figure class=\"pair\"><div class=\"pictures\">" + pictures +
         "</div><figcaption><span class=\"soft\">" + scores + "</span></figcaption></figure>\n";
}

// At most `count` of the queries, evenly spread.
std::vector<std::size_t> even_sample(std::size_t total, std::size_t count) {
  std::vector<std::size_t> sample;
  const std::size_t size = std::min(total, count);
  for (std::size_t i = 0; i < size; ++i)
    sample.push_back((2 * i + 1) * total / (2 * size));
  return sample;
}

// Wrong best matches that look most certain.
std::vector<std::size_t> confident_mistakes(const Evaluation& evaluation) {
  std::vector<std::size_t> mistakes;
  for (std::size_t query = 0; query < evaluation.queries.size(); ++query) {
    if (!best_is_right(evaluation, query)) mistakes.push_back(query);
  }
  const std::size_t count = std::min(kMistakes, mistakes.size());
  std::partial_sort(mistakes.begin(), mistakes.begin() + static_cast<std::ptrdiff_t>(count), mistakes.end(),
                    [&](std::size_t a, std::size_t b) {
                      return evaluation.rankings[a].front().score > evaluation.rankings[b].front().score;
                    });
  mistakes.resize(count);
  return mistakes;
}

template <typename Card>
Result<std::string> grid(const Evaluation& evaluation, const std::vector<std::size_t>& queries, Card&& card) {
  std::string text = "<div class=\"pairs\">\n";
  for (const std::size_t query : queries) {
    BITPLACE_ASSIGN(html, card(evaluation, query));
    text += html;
  }
  return text + "</div>\n";
}

// Radio buttons that hide cards without any script; `group` keeps the sections of a page apart.
std::string filter_buttons(const std::string& group) {
  const auto button = [&group](const char* kind, const char* checked) {
    return "<input class=\"filter " + std::string(kind) + "\" type=\"radio\" name=\"" + group + "\" id=\"" +
           group + kind + "\"" + checked + ">";
  };
  const auto label = [&group](const char* kind, const char* style, const char* text) {
    return "<label class=\"" + std::string(style) + "\" for=\"" + group + kind + "\">" + text + "</label>";
  };
  return button("all", " checked") + button("right-only", "") + button("wrong-only", "") +
         "<div class=\"filters\">" + label("all", "to-all", "all") +
         label("right-only", "to-right", "right") + label("wrong-only", "to-wrong", "wrong") + "</div>\n";
}

}  // namespace

Result<std::string> matched_pairs(const Evaluation& evaluation, const std::string& group) {
  const auto sample = even_sample(evaluation.queries.size(), kSampledPairs);
  const std::string count = sample.size() == evaluation.queries.size()
                                ? "All " + std::to_string(sample.size()) + " queries"
                                : std::to_string(sample.size()) + " of the " +
                                      std::to_string(evaluation.queries.size()) + " queries, evenly spread";
  if (!evaluation.truth) {
    BITPLACE_ASSIGN(cards, grid(evaluation, sample, plain_pair));
    return "<h3>Matches</h3><p class=\"soft\">" + count + ", each with its best matches.</p>\n" + cards;
  }
  BITPLACE_ASSIGN(cards, grid(evaluation, sample, judged_pair));
  std::string text =
      "<h3>Matched pairs</h3><p class=\"soft\">" + count +
      ". Where the best match is wrong, a third picture shows what would have been right.</p>\n<div>" +
      filter_buttons(group) + cards + "</div>\n";
  const auto mistakes = confident_mistakes(evaluation);
  if (mistakes.empty()) return text;
  BITPLACE_ASSIGN(mistake_cards, grid(evaluation, mistakes, judged_pair));
  return text +
         "<h3>The most confident mistakes</h3><p class=\"soft\">Wrong best matches with the highest "
         "scores.</p>\n" +
         mistake_cards;
}

}  // namespace bitplace::tools
