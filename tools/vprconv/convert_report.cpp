#include "vprconv/convert_report.h"

#include <cstdio>

#include "common/text_table.h"

namespace bitplace::tools {
namespace {

void print_decisions(const std::vector<Decision>& decisions) {
  TextTable table({{"layer"}, {"as trained"}, {"in the model"}});
  for (const Decision& decision : decisions)
    table.add_row({decision.layer, decision.trained, decision.became});
  std::printf("\n%s\n", table.text().c_str());
}

bool is_normalized(const Preprocessing& p) {
  const Preprocessing plain;
  return p.mean != plain.mean || p.standard_deviation != plain.standard_deviation;
}

std::string input_text(const Preprocessing& p) {
  char text[200];
  std::snprintf(text, sizeof text, "%dx%d %s, resized by %s, pixel / %g", p.width, p.height,
                channel_order_name(p.channel_order), resize_rule_name(p.resize),
                1.0 / static_cast<double>(p.value_scale));
  std::string full = text;
  if (!is_normalized(p)) return full;
  std::snprintf(text, sizeof text, ", minus (%g, %g, %g), over (%g, %g, %g)", static_cast<double>(p.mean[0]),
                static_cast<double>(p.mean[1]), static_cast<double>(p.mean[2]),
                static_cast<double>(p.standard_deviation[0]), static_cast<double>(p.standard_deviation[1]),
                static_cast<double>(p.standard_deviation[2]));
  return full + text;
}

Json preprocessing_json(const Preprocessing& p) {
  return {{"height", p.height},
          {"width", p.width},
          {"resize", resize_rule_name(p.resize)},
          {"channel_order", channel_order_name(p.channel_order)},
          {"input_type", data_type_name(p.input_type)},
          {"value_scale", p.value_scale},
          {"mean", p.mean},
          {"standard_deviation", p.standard_deviation}};
}

}  // namespace

void print_conversion(const ConvertOptions& options, const Source& source, const Conversion& conversion,
                      const Model& written) {
  std::printf("network: %s", source.network.name.c_str());
  if (source.network.real_valued) std::printf(", head %s", source.network.head.c_str());
  std::printf("\n");
  for (const std::string& note : source.network.notes)
    std::printf("  %s\n", note.c_str());
  for (const std::string& note : conversion.notes)
    std::printf("  %s\n", note.c_str());
  std::printf("input: %s\n", input_text(conversion.model.preprocessing).c_str());
  if (source.network.real_valued) std::printf("precision: %s\n", options.precision.c_str());
  std::printf("descriptor: %s\n", conversion.descriptor.text.c_str());
  print_decisions(conversion.decisions);
  std::printf("wrote %s: %s, identity %s\n", options.output.c_str(),
              bytes_text(static_cast<double>(written.file_bytes())).c_str(), written.identity().c_str());
}

Json conversion_json(const ConvertOptions& options, const Source& source, const Conversion& conversion,
                     const Model& written) {
  Json layers = Json::array();
  for (const Decision& decision : conversion.decisions) {
    layers.push_back(
        {{"layer", decision.layer}, {"as_trained", decision.trained}, {"in_the_model", decision.became}});
  }
  Json metadata = Json::object();
  for (const auto& [key, value] : conversion.model.metadata)
    metadata[key] = value;
  std::vector<std::string> notes = source.network.notes;
  notes.insert(notes.end(), conversion.notes.begin(), conversion.notes.end());
  const DescriptorSpec& spec = written.descriptor_spec();
  Json descriptor = {{"type", descriptor_type_name(spec.type)},
                     {"dimension", spec.dimension},
                     {"bytes", spec.bytes()},
                     {"decision", conversion.descriptor.text}};
  if (spec.type == DescriptorType::s8) descriptor["scale"] = conversion.descriptor.encoding.scale;
  return {{"model", options.output},
          {"bytes", written.file_bytes()},
          {"identity", written.identity()},
          {"network", source.network.name},
          {"head", source.network.head},
          {"precision", options.precision},
          {"notes", notes},
          {"preprocessing", preprocessing_json(conversion.model.preprocessing)},
          {"descriptor", descriptor},
          {"layers", layers},
          {"metadata", metadata}};
}

}  // namespace bitplace::tools
