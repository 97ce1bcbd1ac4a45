#include "networks/heads/recognise_head.h"

#include <catch2/catch.hpp>

#include "networks/named_shapes.h"

using namespace bitplace;

namespace {

RecognisedHead chosen(const test::NamedShapes& shapes, const HeadRequest& request = {}) {
  const TensorCheckpoint checkpoint = test::zeros(shapes);
  const NamedTensors tensors(checkpoint);
  Result<RecognisedHead> head = choose_head(tensors, request);
  if (!head.ok()) FAIL(head.error().message());
  return *std::move(head);
}

std::string refused(const test::NamedShapes& shapes, const HeadRequest& request = {}) {
  const TensorCheckpoint checkpoint = test::zeros(shapes);
  const NamedTensors tensors(checkpoint);
  const Result<RecognisedHead> head = choose_head(tensors, request);
  REQUIRE_FALSE(head.ok());
  return head.error().message();
}

HeadRequest named(const char* name) {
  HeadRequest request;
  request.name = name;
  return request;
}

HeadRequest normed(PoolNorm norm, const char* name = "") {
  HeadRequest request = named(name);
  request.pool_norm = norm;
  return request;
}

PoolHead pool(const RecognisedHead& head) {
  REQUIRE(std::holds_alternative<PoolHead>(head.spec.layers));
  return std::get<PoolHead>(head.spec.layers);
}

bool has_note(const RecognisedHead& head, const char* text) {
  for (const std::string& note : head.notes) {
    if (note.find(text) != std::string::npos) return true;
  }
  return false;
}

const test::NamedShapes kCosplace = {
    {"aggregation.1.p", {1}}, {"aggregation.3.weight", {256, 512}}, {"aggregation.3.bias", {256}}};
const test::NamedShapes kMixvpr = {{"aggregator.mix.0.mix.0.weight", {400}},
                                   {"aggregator.mix.0.mix.1.weight", {200, 400}},
                                   {"aggregator.mix.1.mix.0.weight", {400}},
                                   {"aggregator.channel_proj.weight", {256, 1024}},
                                   {"aggregator.row_proj.weight", {2, 400}}};
const test::NamedShapes kLinearBehindPool = {{"aggregation.1.weight", {256, 512}},
                                             {"aggregation.1.bias", {256}}};

}  // namespace

TEST_CASE("without parameters of a head, the head is the one asked for, or flatten") {
  const test::NamedShapes bare = {{"conv1.weight", {64, 3, 7, 7}}};
  CHECK(chosen(bare).spec.kind == HeadKind::flatten);
  CHECK(chosen(bare, named("spoc")).spec.kind == HeadKind::spoc);
  CHECK(pool(chosen(bare, named("mac"))).pool == GlobalPool::maximum);
  CHECK(has_note(chosen(bare, named("gem")), "exponent is 3"));
  HeadRequest gem = named("gem");
  gem.gem_p = 4.0f;
  CHECK(pool(chosen(bare, gem)).p == 4.0f);
  CHECK(chosen(bare, gem).notes.empty());
  for (const char* name : {"netvlad", "mixvpr", "convap", "cosplace"})
    CHECK(refused(bare, named(name)) ==
          std::string("--head ") + name + ": the checkpoint has no parameters of such a head");
  CHECK(refused(bare, named("salad")) ==
        "--head salad: unknown; known are flatten, spoc, mac, gem, netvlad, mixvpr, convap, cosplace");
}

TEST_CASE("MixVPR's sizes are those of its parameters") {
  const RecognisedHead head = chosen(kMixvpr);
  REQUIRE(head.spec.kind == HeadKind::mixvpr);
  const auto& mixvpr = std::get<MixvprHead>(head.spec.layers);
  CHECK(mixvpr.prefix == "aggregator.");
  CHECK(mixvpr.depth == 2);
  CHECK(mixvpr.positions == 400);
  CHECK(mixvpr.hidden == 200);
  CHECK(mixvpr.channels == 256);
  CHECK(mixvpr.rows == 2);
  CHECK(has_note(head, "head recognised as mixvpr"));
  CHECK(chosen(kMixvpr, named("mixvpr")).spec.kind == HeadKind::mixvpr);
}

TEST_CASE("CosPlace and EigenPlaces, by their own names and by gsv-cities'") {
  const RecognisedHead head = chosen(kCosplace);
  CHECK(head.spec.kind == HeadKind::cosplace);
  CHECK(pool(head).normalize_pixels);
  CHECK(pool(head).p_name == "aggregation.1.p");
  REQUIRE(head.spec.projection.has_value());
  CHECK(head.spec.projection->name == "aggregation.3");
  CHECK(head.spec.projection->outputs == 256);
  CHECK(head.spec.projection->bias);
  CHECK_FALSE(head.spec.projection->normalize_input);
  const RecognisedHead gsv = chosen({{"aggregator.gem.p", {1}}, {"aggregator.fc.weight", {128, 512}}});
  CHECK(gsv.spec.kind == HeadKind::cosplace);
  CHECK(pool(gsv).p_name == "aggregator.gem.p");
  CHECK(gsv.spec.projection->outputs == 128);
  CHECK_FALSE(gsv.spec.projection->bias);
}

TEST_CASE("GeM of gsv-cities has no norm; that of the benchmark is in the numbers") {
  const RecognisedHead gsv = chosen({{"aggregator.p", {1}}});
  CHECK(gsv.spec.kind == HeadKind::gem);
  CHECK_FALSE(pool(gsv).normalize_pixels);
  CHECK_FALSE(gsv.spec.projection.has_value());
  CHECK(pool(chosen({{"aggregation.1.p", {1}}})).normalize_pixels);
  CHECK_FALSE(pool(chosen({{"aggregation.0.p", {1}}})).normalize_pixels);
  HeadRequest other;
  other.gem_p = 2.5f;
  const RecognisedHead replaced = chosen({{"aggregator.p", {1}}}, other);
  CHECK(pool(replaced).p == 2.5f);
  CHECK(pool(replaced).p_name == "aggregator.p");
  CHECK(has_note(replaced, "takes the place of the learned one"));
}

TEST_CASE("the benchmark's linear layer behind GeM") {
  test::NamedShapes before = kLinearBehindPool, behind = kLinearBehindPool;
  before.push_back({"aggregation.0.1.p", {1}});
  behind.push_back({"aggregation.0.0.p", {1}});
  const RecognisedHead head = chosen(before);
  CHECK(head.spec.kind == HeadKind::gem);
  CHECK(pool(head).normalize_pixels);
  CHECK(head.spec.projection->name == "aggregation.1");
  CHECK_FALSE(head.spec.projection->normalize_input);
  CHECK(chosen(before, normed(PoolNorm::before)).spec.kind == HeadKind::gem);
  CHECK(refused(before, normed(PoolNorm::after)).find("--pool-norm: the parameters' names say") == 0);
  CHECK(refused(behind).find("say --pool-norm after or --pool-norm none") != std::string::npos);
  CHECK(refused(behind, normed(PoolNorm::before)).find("say --pool-norm after") != std::string::npos);
  CHECK(chosen(behind, normed(PoolNorm::after)).spec.projection->normalize_input);
  const RecognisedHead none = chosen(behind, normed(PoolNorm::none));
  CHECK_FALSE(none.spec.projection->normalize_input);
  CHECK_FALSE(pool(none).normalize_pixels);
}

TEST_CASE("of SPoC or MAC with a linear layer only the latter shows") {
  CHECK(refused(kLinearBehindPool).find("say --head spoc or --head mac") != std::string::npos);
  const RecognisedHead mac = chosen(kLinearBehindPool, named("mac"));
  CHECK(mac.spec.kind == HeadKind::mac);
  CHECK(pool(mac).pool == GlobalPool::maximum);
  CHECK(pool(mac).normalize_pixels);
  CHECK(mac.spec.projection->outputs == 256);
  CHECK(has_note(mac, "assumed to be normalised before pooling"));
  const RecognisedHead spoc = chosen(kLinearBehindPool, normed(PoolNorm::after, "spoc"));
  CHECK(pool(spoc).pool == GlobalPool::average);
  CHECK_FALSE(pool(spoc).normalize_pixels);
  CHECK(spoc.spec.projection->normalize_input);
  CHECK_FALSE(has_note(spoc, "assumed"));
}

TEST_CASE("NetVLAD in both orders") {
  const RecognisedHead plain = chosen({{"pool.conv.weight", {64, 512, 1, 1}}, {"pool.centroids", {64, 512}}});
  REQUIRE(plain.spec.kind == HeadKind::netvlad);
  const auto& head = std::get<NetvladHead>(plain.spec.layers);
  CHECK(head.scores == "pool.conv");
  CHECK(head.centers == "pool.centroids");
  CHECK(head.clusters == 64);
  CHECK_FALSE(head.score_bias);
  CHECK(head.order == VladOrder::cluster_major);
  CHECK_FALSE(plain.spec.projection.has_value());

  const RecognisedHead biased = chosen({{"aggregation.0.conv.weight", {32, 512, 1, 1}},
                                        {"aggregation.0.conv.bias", {32}},
                                        {"aggregation.0.centroids", {32, 512}},
                                        {"aggregation.1.weight", {256, 16384}},
                                        {"aggregation.1.bias", {256}}});
  CHECK(std::get<NetvladHead>(biased.spec.layers).score_bias);
  REQUIRE(biased.spec.projection.has_value());
  CHECK(biased.spec.projection->normalize_input);

  const RecognisedHead hloc = chosen({{"netvlad.score_proj.weight", {64, 512, 1}},
                                      {"netvlad.centers", {512, 64}},
                                      {"whiten.weight", {4096, 32768}},
                                      {"whiten.bias", {4096}}});
  CHECK(std::get<NetvladHead>(hloc.spec.layers).order == VladOrder::dimension_major);
  CHECK(std::get<NetvladHead>(hloc.spec.layers).clusters == 64);
  CHECK(hloc.spec.projection->name == "whiten");
  CHECK(hloc.spec.projection->outputs == 4096);
  CHECK(hloc.spec.projection->normalize_input);
}

TEST_CASE("ConvAP's grid is not in the checkpoint") {
  const test::NamedShapes shapes = {{"aggregator.channel_pool.weight", {512, 2048, 1, 1}},
                                    {"aggregator.channel_pool.bias", {512}}};
  const RecognisedHead usual = chosen(shapes);
  CHECK(std::get<ConvapHead>(usual.spec.layers).rows == 2);
  CHECK(std::get<ConvapHead>(usual.spec.layers).columns == 2);
  CHECK(std::get<ConvapHead>(usual.spec.layers).channels == 512);
  CHECK(has_note(usual, "grid of 2x2 cells is assumed"));
  HeadRequest finer;
  finer.grid = 3;
  CHECK(std::get<ConvapHead>(chosen(shapes, finer).spec.layers).rows == 3);
  CHECK_FALSE(has_note(chosen(shapes, finer), "assumed"));
}

TEST_CASE("a head that contradicts the parameters is refused with their names") {
  CHECK(refused(kCosplace, named("gem")) ==
        "--head gem: the checkpoint has the parameters of cosplace: aggregation.1.p, aggregation.3.weight, "
        "aggregation.3.bias");
  CHECK(refused(kMixvpr, named("flatten")).find("the parameters of mixvpr: aggregator.mix.0.mix.0.weight") !=
        std::string::npos);
  CHECK(refused({{"aggregator.p", {1}}}, named("mac")) ==
        "--head mac: the checkpoint has the parameters of gem: aggregator.p");
}

TEST_CASE("settings that a head does not have are refused") {
  HeadRequest p, grid;
  p.gem_p = 3.0f;
  grid.grid = 2;
  CHECK(refused(kMixvpr, p) == "--gem-p: head mixvpr has no exponent");
  CHECK(refused(kCosplace, grid) == "--grid: head cosplace has no grid");
  CHECK(refused({{"aggregator.p", {1}}}, normed(PoolNorm::after)) ==
        "--pool-norm: head gem has no pooling in front of a linear layer");
  HeadRequest mac = named("mac");
  mac.gem_p = 2.0f;
  CHECK(refused({}, mac) == "--gem-p: head mac has no exponent");
}

TEST_CASE("heads that are known and not supported say so") {
  CHECK(refused({{"aggregator.dust_bin", {}}}).find("belongs to the head SALAD") != std::string::npos);
  CHECK(refused({{"aggregator.boqs.0.queries", {1, 64, 512}}}).find("the head BoQ") != std::string::npos);
}

TEST_CASE("untrained heads fit the features") {
  HeadRequest request;
  for (const std::string& name : head_names()) {
    request.name = name;
    const Result<HeadSpec> head = untrained_head(request, 512, 49);
    REQUIRE(head.ok());
    CHECK(head_name(head->kind) == name);
    CHECK(required_positions(*head) == (name == "mixvpr" ? std::optional<std::int64_t>(49) : std::nullopt));
  }
}

TEST_CASE("pool norm names") {
  PoolNorm norm = PoolNorm::none;
  CHECK((pool_norm_from_name("before", &norm) && norm == PoolNorm::before));
  CHECK((pool_norm_from_name("after", &norm) && norm == PoolNorm::after));
  CHECK((pool_norm_from_name("none", &norm) && norm == PoolNorm::none));
  CHECK_FALSE(pool_norm_from_name("between", &norm));
}
