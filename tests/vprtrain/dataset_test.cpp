#include "vprtrain/data/dataset.h"

#include "vprtrain/data/image_store.h"
#include "vprtrain/training_files.h"

namespace bitplace::train {
namespace {

using Catch::Matchers::Contains;
using test::TrainingFolder;

constexpr const char* kList =
    "place_id,dataset,role,path\n"
    "10,b,ref,b/10.png\n"
    "10,b,query,b/x10.png\n"
    "9,b,ref,b/9.png\n"
    "9,b,query,b/x9.png\n"
    "0,a,ref,a/0.png\n"
    "0,a,query,a/x0.png\n"
    "7,a,ref,a/7.png\n";

Dataset read(const DataRequest& request) {
  auto dataset = read_dataset(request);
  if (!dataset.ok()) FAIL(dataset.error().message());
  return *std::move(dataset);
}

std::string refusal(const DataRequest& request) {
  const auto dataset = read_dataset(request);
  REQUIRE(!dataset.ok());
  return dataset.error().message();
}

TEST_CASE("A list's places are collected by data set and ordered by number") {
  const TrainingFolder folder;
  const std::string list = folder.write("lists/pool.csv", kList);
  const Dataset dataset = read({{list}, {}, 0, 1});
  CHECK(dataset.collections == std::vector<std::string>{"b", "a"});
  REQUIRE(dataset.places.size() == 4);
  CHECK(dataset.places[0].number == 9);
  CHECK(dataset.places[1].number == 10);
  CHECK(dataset.places[2].number == 0);
  CHECK(dataset.places[3].number == 7);
  CHECK(dataset.places[3].collection == 1);
  for (std::size_t place = 0; place < dataset.places.size(); ++place) {
    for (const std::int64_t image : dataset.places[place].images)
      CHECK(dataset.images[static_cast<std::size_t>(image)].place == static_cast<std::int64_t>(place));
  }
  const PlaceImage& first = dataset.images[0];
  CHECK(first.path == folder.path() + "/lists/b/9.png");
  CHECK(first.role == "ref");
}

TEST_CASE("Filters choose rows, and places with too few images are left out") {
  const TrainingFolder folder;
  const std::string list = folder.write("pool.csv", kList);
  CHECK(read({{list}, {"dataset=a"}, 0, 1}).places.size() == 2);
  CHECK(read({{list}, {"dataset=a", "dataset=b"}, 0, 1}).places.size() == 4);
  CHECK(read({{list}, {"dataset=a", "role=query"}, 0, 1}).places.size() == 1);
  CHECK(read({{list}, {}, 0, 2}).places.size() == 3);
  CHECK_THAT(refusal({{list}, {"dataset=c"}, 0, 1}), Contains("pool.csv") && Contains("no row"));
  CHECK_THAT(refusal({{list}, {"season=c"}, 0, 1}), Contains("season") && Contains("place_id"));
  CHECK_THAT(refusal({{list}, {"season"}, 0, 1}), Contains("COLUMN=VALUE"));
  CHECK_THAT(refusal({{list}, {}, 0, 3}), Contains("no place has 3"));
}

TEST_CASE("Neighbours are places of one numbered collection") {
  const TrainingFolder folder;
  const std::string list = folder.write("pool.csv", kList);
  const Dataset near = read({{list}, {}, 1, 1});
  CHECK(near.neighbours(0, 1));
  CHECK(near.neighbours(1, 0));
  CHECK(!near.neighbours(0, 0));
  CHECK(!near.neighbours(2, 3));  // 0 and 7
  CHECK(!near.neighbours(1, 2));  // of two collections
  CHECK(read({{list}, {}, 7, 1}).neighbours(2, 3));
  CHECK(!read({{list}, {}, 0, 1}).neighbours(0, 1));
  const std::string named = folder.write("named.csv", "place_id,path\nsquare,s.png\n1,t.png\n2,u.png\n");
  const Dataset unordered = read({{named}, {}, 5, 1});
  CHECK(unordered.places[0].number == -1);
  CHECK(!unordered.neighbours(0, 1));
}

TEST_CASE("Folders are places, the folders below them roles") {
  const TrainingFolder folder;
  folder.write_picture("set/12/ref/a.png", 2, 2, 0);
  folder.write_picture("set/12/query/b.png", 2, 2, 0);
  folder.write_picture("set/3/c.png", 2, 2, 0);
  const Dataset dataset = read({{folder.path() + "/set"}, {}, 0, 1});
  REQUIRE(dataset.places.size() == 2);
  CHECK(dataset.places[0].name == "3");
  CHECK(dataset.places[1].number == 12);
  CHECK(dataset.images[0].role.empty());
  CHECK(dataset.images[1].role == "query");
  CHECK(dataset.images[2].role == "ref");

  const std::string list = folder.write("pool.csv", kList);
  const Dataset both = read({{folder.path() + "/set", list}, {"dataset=a"}, 3, 1});
  CHECK(both.collections.size() == 2);
  CHECK(both.places.size() == 4);
  CHECK(!both.neighbours(0, 2));  // 3 here and 0 there
}

TEST_CASE("What is wrong with a source is said with its place") {
  const TrainingFolder folder;
  CHECK_THAT(refusal({{folder.path() + "/missing.csv"}, {}, 0, 1}), Contains("missing.csv"));
  CHECK_THAT(refusal({{folder.path()}, {}, 0, 1}), Contains("there are none"));
  const std::string no_path = folder.write("no_path.csv", "place_id,file\n1,a.png\n");
  CHECK_THAT(refusal({{no_path}, {}, 0, 1}), Contains("no column 'path'"));
  const std::string empty = folder.write("empty.csv", "place_id,path\n1,a.png\n,b.png\n");
  CHECK_THAT(refusal({{empty}, {}, 0, 1}), Contains("line 3") && Contains("no name"));
  const std::string pathless = folder.write("pathless.csv", "place_id,path\n1,\n");
  CHECK_THAT(refusal({{pathless}, {}, 0, 1}), Contains("line 2") && Contains("no path"));
  const std::string twice = folder.write("twice.csv", "place_id,path\n1,a.png\n2,a.png\n");
  CHECK_THAT(refusal({{twice}, {}, 0, 1}), Contains("a.png") && Contains("place 2"));
  folder.write_picture("loose/a.png", 2, 2, 0);
  CHECK_THAT(refusal({{folder.path() + "/loose"}, {}, 0, 1}), Contains("a.png") && Contains("no place"));
}

TEST_CASE("Images that cannot be read are listed and left out") {
  const TrainingFolder folder;
  folder.write_picture("set/1/a.png", 4, 3, 9);
  folder.write_picture("set/1/b.png", 4, 3, 9);
  folder.write("set/1/c.png", "not a picture");
  folder.write_picture("set/2/a.png", 4, 3, 9);
  folder.write("set/2/b.png", "");
  const Dataset dataset = read({{folder.path() + "/set"}, {}, 0, 1});

  const int threads = GENERATE(1, 3);
  std::vector<UnreadableImage> unreadable;
  {
    Dataset rest = dataset;
    ImageStore store(1 << 20);
    REQUIRE(drop_unreadable(&rest, &store, threads, 2, 2, &unreadable).ok());
    REQUIRE(unreadable.size() == 2);
    CHECK_THAT(unreadable[0].path, Catch::Matchers::EndsWith("set/1/c.png"));
    CHECK(unreadable[0].place == "1");
    CHECK(!unreadable[0].reason.empty());
    CHECK_THAT(unreadable[1].path, Catch::Matchers::EndsWith("set/2/b.png"));
    REQUIRE(rest.places.size() == 1);
    CHECK(rest.places[0].images.size() == 2);
    CHECK(store.memory_bytes() > 0);
  }
  {
    Dataset rest = dataset;
    ImageStore store(0);
    REQUIRE(drop_unreadable(&rest, &store, threads, 1, 2, &unreadable).ok());
    CHECK(rest.places.size() == 2);
    CHECK(rest.images.size() == 3);
    CHECK(store.memory_bytes() == 0);
  }
  {
    Dataset rest = dataset;
    ImageStore store(1 << 20);
    const Status status = drop_unreadable(&rest, &store, threads, 1, 1, &unreadable);
    REQUIRE(!status.ok());
    CHECK_THAT(status.error().message(), Contains("c.png") && Contains("place 1") && Contains("2 images"));
  }
  {
    Dataset rest = dataset;
    ImageStore store(1 << 20);
    CHECK(!drop_unreadable(&rest, &store, threads, 3, 2, &unreadable).ok());
  }
}

}  // namespace
}  // namespace bitplace::train
