// Places and the images that show them: what a network is trained on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bitplace/result.h"

namespace bitplace::train {

struct PlaceImage {
  std::string path;
  std::string role;        // "ref", "query" or whatever the list says; empty where nothing is said
  std::int64_t place = 0;  // in Dataset::places
};

struct Place {
  std::string name;                  // as the source writes it, for messages
  std::int64_t collection = 0;       // in Dataset::collections
  std::int64_t number = -1;          // along the collection's route; -1: the collection has no order
  std::vector<std::int64_t> images;  // in Dataset::images, ascending
};

// Places of one collection are adjacent, in the order of their numbers where they have them, and so are the
// images of one place. A place's position is its class.
struct Dataset {
  std::vector<std::string> collections;  // the `dataset` column's names, or folders
  std::vector<Place> places;
  std::vector<PlaceImage> images;
  std::int64_t neighbour_distance = 0;  // places of a collection closer than this or as close show the same

  // Two different places that may well look the same, as the next frames of a drive do: they are neither a
  // pair to bring together nor one to push apart.
  bool neighbours(std::int64_t place, std::int64_t other) const;
};

struct DataRequest {
  // Each either a folder of place folders, or a CSV file of images: columns place_id and path (relative to
  // the file's folder), and if there are any dataset, role and others to filter by.
  std::vector<std::string> sources;
  // COLUMN=VALUE for CSV files: rows that have the column and another value are left out. Several values of
  // one column are alternatives.
  std::vector<std::string> only;
  std::int64_t exclude_neighbours = 0;  // becomes Dataset::neighbour_distance
  std::int64_t least_images = 1;        // places with fewer are left out
};

// Looks at lists and folders, not into images. Errors name the file, the line or folder, and the reason: io,
// corrupt (a list that contradicts itself), invalid_argument (a filter that selects nothing).
Result<Dataset> read_dataset(const DataRequest& request);

// The places whose flag is set, numbered anew.
Dataset selected_places(const Dataset& dataset, const std::vector<bool>& keep);

}  // namespace bitplace::train
