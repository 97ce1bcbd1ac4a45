// Where images come from: folders and tables that list them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "bitplace/result.h"
#include "common/csv.h"

namespace bitplace::train {

struct ListedImage {
  std::string path;
  std::string collection;
  std::string place;
  std::string role;
};

// COLUMN=VALUE, several times.
struct RowFilters {
  std::map<std::string, std::set<std::string>> values;  // that are taken, by column
  std::set<std::string> known_columns;                  // of the tables that were read
};

Result<RowFilters> parse_filters(const std::vector<std::string>& only);
// That some table had each column. Error: invalid_argument.
Status check_filters(const RowFilters& filters);

// FOLDER/PLACE/.../image: the first folder is the place, one between it and the image is the role. Images
// that lie in FOLDER itself are an error, since no place is theirs.
Result<std::vector<ListedImage>> list_place_folders(const std::string& folder);

// A CSV file with the columns place_id and path, and if there are any dataset and role. Paths are relative to
// the file's folder. Errors with their line: an empty place or path.
Result<std::vector<ListedImage>> list_image_table(const std::string& path, RowFilters* filters);

}  // namespace bitplace::train
