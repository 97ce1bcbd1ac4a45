// What a search found, for people, for machines and as a page.
#pragma once

#include <string>
#include <vector>

#include "common/json_file.h"
#include "quantize/precision_search.h"

namespace bitplace::tools {

// One mix, or one precision throughout.
struct SearchRow {
  std::string name;  // "int8", or "mixed" for the result
  LayerCost cost;
  double error = 0.0, held_out = 0.0;
};

struct SearchReport {
  std::string model, identity, network, output;
  std::vector<SearchedLayer> layers;
  SearchOptions options;
  SearchResult result;
  PrecisionMap precisions;  // the result's
  std::vector<SearchRow> rows;
  std::size_t images = 0, held_out_images = 0;
};

void print_search(const SearchReport& report);
Status write_search_plot(const std::string& path, const SearchReport& report);
Json search_json(const SearchReport& report);

}  // namespace bitplace::tools
