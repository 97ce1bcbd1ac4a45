#include "vprconv/convert_report.h"

#include <cmath>
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

std::string decibels_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f dB", value);
  return std::isinf(value) ? "exact" : text;
}

void print_raised(const std::vector<RaisedLayer>& layers) {
  TextTable table({{"kept in f32"}, {"1 - cosine with it alone in integers", Align::right}});
  for (const RaisedLayer& layer : layers) {
    char loss[32];
    std::snprintf(loss, sizeof loss, "%.2e", layer.loss);
    table.add_row({layer.name, loss});
  }
  std::printf("%s\n", table.text().c_str());
}

void print_quantization(const Conversion& conversion) {
  TextTable table({{"layer"},
                   {"weights", Align::right},
                   {"one code", Align::right},
                   {"clipped", Align::right},
                   {"signal to noise", Align::right}});
  for (const LayerReport& layer : conversion.quantization->layers) {
    char scale[32] = "", clipped[32] = "";
    if (layer.codes) {
      std::snprintf(scale, sizeof scale, "%.5g", static_cast<double>(layer.scale));
      std::snprintf(clipped, sizeof clipped, "%.3f %%", 100.0 * layer.clipped);
    }
    const std::string bits = layer.weight_bits > 0 ? std::to_string(layer.weight_bits) + " bit" : "";
    table.add_row({layer.layer, bits, scale, clipped, decibels_text(layer.signal_to_noise)});
  }
  std::printf("%s\n", table.text().c_str());
  if (!conversion.raised.empty()) print_raised(conversion.raised);
  TextTable trials({{"tried"}, {"1 - cosine", Align::right}});
  for (const QuantizationTrial& trial : conversion.trials) {
    char error[32];
    std::snprintf(error, sizeof error, "%.2e", trial.descriptor_error);
    trials.add_row({trial.name, error});
  }
  std::printf("%s\n", trials.text().c_str());
  std::printf("taken: %s; descriptors' cosine to float: mean %.6f, least %.6f\n",
              conversion.trials[conversion.chosen_trial].name.c_str(),
              conversion.quantization->descriptor.mean, conversion.quantization->descriptor.least);
}

Json quantization_json(const Conversion& conversion) {
  Json layers = Json::array(), trials = Json::array(), raised = Json::array();
  for (const LayerReport& layer : conversion.quantization->layers) {
    Json entry = {{"layer", layer.layer}, {"operation", op_name(layer.op)}};
    if (layer.weight_bits > 0) entry["weight_bits"] = layer.weight_bits;
    if (layer.codes) {
      entry["scale"] = layer.scale;
      entry["clipped"] = layer.clipped;
    }
    if (std::isfinite(layer.signal_to_noise)) entry["signal_to_noise_db"] = layer.signal_to_noise;
    layers.push_back(entry);
  }
  for (const QuantizationTrial& trial : conversion.trials)
    trials.push_back({{"name", trial.name}, {"descriptor_error", trial.descriptor_error}});
  for (const RaisedLayer& layer : conversion.raised)
    raised.push_back({{"layer", layer.name}, {"descriptor_error_alone", layer.loss}});
  return {{"layers", layers},
          {"kept_in_f32", raised},
          {"trials", trials},
          {"taken", conversion.trials[conversion.chosen_trial].name},
          {"descriptor_cosine_mean", conversion.quantization->descriptor.mean},
          {"descriptor_cosine_least", conversion.quantization->descriptor.least}};
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
  if (conversion.quantization) print_quantization(conversion);
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
  Json json = {{"model", options.output},
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
  if (conversion.quantization) json["quantization"] = quantization_json(conversion);
  return json;
}

}  // namespace bitplace::tools
