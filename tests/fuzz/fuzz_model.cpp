// Model files. Hashes would stop every mutation at the door, so the harness seals what it gets before it
// reads it, and under libFuzzer mutates section by section.
#include <algorithm>
#include <cstring>

#include "bitplace/describer.h"
#include "bitplace/model.h"
#include "bitplace/version.h"
#include "core/error.h"
#include "core/hash.h"
#include "format/check_model.h"
#include "format/container.h"
#include "format/model_file.h"
#include "format/read_sections.h"
#include "fuzz/fuzz.h"
#include "graph/text_dump.h"
#include "support/tiny_model.h"

using namespace bitplace;

extern "C" __attribute__((weak)) std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                                              std::size_t max_size);

namespace {

// What stands where the section table says, as far as it is there.
Sections<std::vector<std::byte>> split(ByteSpan file) {
  Sections<std::vector<std::byte>> sections;
  for (std::size_t i = 0; i < kSectionKinds; ++i) {
    SectionEntry entry;
    ByteSpan skipped;
    ByteReader table(file);
    if (!table.read_bytes(sizeof(FileHeader) + i * sizeof entry, &skipped) || !table.read(&entry)) break;
    const auto offset = static_cast<std::size_t>(std::min<std::uint64_t>(entry.offset, file.size()));
    const ByteSpan rest = file.subspan(offset);
    const ByteSpan bytes =
        rest.first(static_cast<std::size_t>(std::min<std::uint64_t>(entry.bytes, rest.size())));
    sections.bytes[i].assign(bytes.begin(), bytes.end());
  }
  return sections;
}

// Header, table and hashes made good for whatever the sections are; `file` may be as short as it likes.
void seal_in_place(std::vector<std::byte>& file) {
  FileHeader header;
  if (!ByteReader(file).read(&header)) return;
  header.magic = kModelMagic;
  header.major = kModelMajor;
  header.endianness = kEndiannessMark;
  header.file_bytes = file.size();
  const std::size_t room = (file.size() - sizeof header) / sizeof(SectionEntry);
  header.section_count =
      static_cast<std::uint32_t>(std::min<std::size_t>({header.section_count, room, kMaxSections}));
  for (std::uint32_t i = 0; i < header.section_count; ++i) {
    std::byte* place = file.data() + sizeof header + i * sizeof(SectionEntry);
    SectionEntry entry;
    std::memcpy(&entry, place, sizeof entry);
    if (entry.offset > file.size() || entry.bytes > file.size() - entry.offset) continue;
    entry.hash = hash64(file.data() + entry.offset, static_cast<std::size_t>(entry.bytes));
    std::memcpy(place, &entry, sizeof entry);
  }
  std::memcpy(file.data(), &header, sizeof header);
  header.hash = front_hash(ByteSpan(file).first(sizeof header + header.section_count * sizeof(SectionEntry)));
  std::memcpy(file.data(), &header, sizeof header);
}

bool opens(const std::vector<std::byte>& file) {
  return Model::from_memory(file.data(), file.size()).ok();
}

Result<ModelContents> read_unidentified(ByteSpan file) {
  BITPLACE_ASSIGN(container, open_container(file));
  BITPLACE_ASSIGN(contents, read_sections(container.sections));
  BITPLACE_TRY(check_model(contents));
  return contents;
}

// Work and memory that a fuzzer can spend on one input.
bool is_small(const Graph& graph) {
  std::int64_t elements = 0;
  for (const Value& value : graph.values)
    elements += value.shape.elements();
  std::int64_t weights = 0;
  for (const Tensor& tensor : graph.tensors)
    weights += tensor.shape.elements();
  return elements < 20000 && weights < 20000 && graph.nodes.size() < 30;
}

void describe(const Model& model) {
  const auto plan = Plan::create(model);
  if (!plan.ok()) return;
  auto describer = Describer::create(*plan);
  if (!describer.ok()) return;
  const std::vector<std::uint8_t> pixels(8 * 8 * 3, 100);
  ImageView image{pixels.data(), 8, 8, 0, PixelFormat::rgb8};
  if (!describer->describe(image).ok()) __builtin_trap();
}

// A model that was accepted is written, comes back as the same, and describes images if it can be planned.
void check_accepted(const ModelContents& contents) {
  const auto written = encode_model(contents);
  if (!written.ok()) __builtin_trap();
  const auto model = Model::from_memory(written->data(), written->size());
  if (!model.ok() || dump_graph(model->contents().graph) != dump_graph(contents.graph)) __builtin_trap();
  if (model->descriptor_spec() != descriptor_spec(contents)) __builtin_trap();
  if (model->descriptor_spec().dimension < 1) __builtin_trap();
  if (is_small(contents.graph)) describe(*model);
}

void read_sealed(const Sections<std::vector<std::byte>>& sections) {
  const auto file = build_container(sections, kNumericsRevision, {});
  const auto contents = guarded([&] { return read_unidentified(file); });
  if (contents.ok()) check_accepted(*contents);
}

}  // namespace

namespace bitplace::test {

std::vector<std::vector<std::byte>> fuzz_seeds() {
  const auto file = encode_model(tiny_model());
  if (!file.ok()) return {};
  return {*file};
}

}  // namespace bitplace::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* first = reinterpret_cast<const std::byte*>(data);
  std::vector<std::byte> file(first, first + size);
  opens(file);
  read_sealed(split(file));
  seal_in_place(file);
  opens(file);
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  constexpr unsigned kWholeFile = 16;  // one mutation of so many does not mind the sections
  if (seed % kWholeFile == 0) return LLVMFuzzerMutate(data, size, max_size);
  const auto* first = reinterpret_cast<const std::byte*>(data);
  auto sections = split(ByteSpan(first, size));
  std::vector<std::byte>& section = sections.bytes[seed / kWholeFile % kSectionKinds];
  const std::size_t before = section.size();
  section.resize(before + 64);
  const std::size_t after =
      LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(section.data()), before, section.size());
  section.resize(std::max<std::size_t>(after, 1));
  const std::vector<std::byte> file = build_container(sections, kNumericsRevision, {});
  if (file.size() > max_size) return size;
  std::memcpy(data, file.data(), file.size());
  return file.size();
}
