#include "vprtrain/data/dataset.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "core/error.h"
#include "vprtrain/data/image_lists.h"

namespace bitplace::train {
namespace {

// Numbers where all names of a collection are whole numbers; then the places are in their order. Otherwise in
// that of their names.
void number_places(std::vector<Place>* places) {
  const auto number_of = [](const Place& place) {
    return tools::parse_index(place.name, std::numeric_limits<std::int64_t>::max());
  };
  const bool numbered =
      std::all_of(places->begin(), places->end(), [&](const Place& place) { return number_of(place); });
  if (!numbered) return;
  for (Place& place : *places)
    place.number = *number_of(place);
  std::stable_sort(places->begin(), places->end(),
                   [](const Place& a, const Place& b) { return a.number < b.number; });
}

// Appends a collection's places; `images` are those of `listed` that belong to it.
void append_collection(const std::string& name, const std::vector<const ListedImage*>& images,
                       std::int64_t least_images, Dataset* dataset) {
  std::map<std::string, std::vector<const ListedImage*>> by_place;
  for (const ListedImage* image : images)
    by_place[image->place].push_back(image);
  std::vector<Place> places;
  for (const auto& [place, shown] : by_place) {
    if (static_cast<std::int64_t>(shown.size()) < least_images) continue;
    places.push_back({place, static_cast<std::int64_t>(dataset->collections.size()), -1, {}});
  }
  if (places.empty()) return;
  number_places(&places);
  for (Place& place : places) {
    for (const ListedImage* image : by_place[place.name]) {
      place.images.push_back(static_cast<std::int64_t>(dataset->images.size()));
      dataset->images.push_back(
          {image->path, image->role, static_cast<std::int64_t>(dataset->places.size())});
    }
    dataset->places.push_back(std::move(place));
  }
  dataset->collections.push_back(name);
}

void append_source(const std::vector<ListedImage>& listed, std::int64_t least_images, Dataset* dataset) {
  std::vector<std::string> names;  // in the order in which they appear
  std::map<std::string, std::vector<const ListedImage*>> collections;
  for (const ListedImage& image : listed) {
    auto& images = collections[image.collection];
    if (images.empty()) names.push_back(image.collection);
    images.push_back(&image);
  }
  for (const std::string& name : names)
    append_collection(name, collections[name], least_images, dataset);
}

Status refuse_repetition(const Dataset& dataset) {
  std::set<std::string> paths;
  for (const PlaceImage& image : dataset.images) {
    if (!paths.insert(image.path).second) {
      const Place& place = dataset.places[static_cast<std::size_t>(image.place)];
      return make_error(ErrorCode::corrupt, image.path, "place " + place.name,
                        "the image is there already, of this place or another");
    }
  }
  return {};
}

}  // namespace

bool Dataset::neighbours(std::int64_t place, std::int64_t other) const {
  const Place& a = places[static_cast<std::size_t>(place)];
  const Place& b = places[static_cast<std::size_t>(other)];
  return place != other && a.collection == b.collection && a.number >= 0 && b.number >= 0 &&
         std::abs(a.number - b.number) <= neighbour_distance;
}

Result<Dataset> read_dataset(const DataRequest& request) {
  BITPLACE_ASSIGN(filters, parse_filters(request.only));
  Dataset dataset;
  dataset.neighbour_distance = request.exclude_neighbours;
  for (const std::string& source : request.sources) {
    std::error_code ignored;
    const bool is_folder = std::filesystem::is_directory(source, ignored);
    BITPLACE_ASSIGN(listed, is_folder ? list_place_folders(source) : list_image_table(source, &filters));
    append_source(listed, request.least_images, &dataset);
  }
  BITPLACE_TRY(check_filters(filters));
  if (dataset.places.empty()) {
    return make_error(ErrorCode::invalid_argument, "training data",
                      "no place has " + std::to_string(request.least_images) + " or more images");
  }
  BITPLACE_TRY(refuse_repetition(dataset));
  return dataset;
}

Dataset selected_places(const Dataset& dataset, const std::vector<bool>& keep) {
  Dataset result;
  result.collections = dataset.collections;
  result.neighbour_distance = dataset.neighbour_distance;
  for (std::size_t i = 0; i < dataset.places.size(); ++i) {
    if (!keep[i]) continue;
    Place place = dataset.places[i];
    for (std::int64_t& index : place.images) {
      PlaceImage image = dataset.images[static_cast<std::size_t>(index)];
      image.place = static_cast<std::int64_t>(result.places.size());
      index = static_cast<std::int64_t>(result.images.size());
      result.images.push_back(std::move(image));
    }
    result.places.push_back(std::move(place));
  }
  return result;
}

}  // namespace bitplace::train
