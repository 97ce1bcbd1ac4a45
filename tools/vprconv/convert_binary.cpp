#include "core/error.h"
#include "lowering/lower.h"
#include "networks/network.h"
#include "vprconv/conversion.h"

namespace bitplace::tools {

DataType descriptor_type_of(const std::string& name) {
  return name == "s8" ? DataType::s8 : name == "bits" ? DataType::b1 : DataType::f32;
}

Result<Conversion> convert_binary(const ConvertOptions& options, const Source& source,
                                  const PassObserver& observe) {
  Conversion conversion;
  ModelContents& model = conversion.model;
  model.network = source.network.name;
  model.preprocessing = source.network.preprocessing;

  LoweringOptions lowering;
  lowering.input_divisor = kPixelDivisor;
  BITPLACE_ASSIGN(plain, lower(source.network.graph, lowering));
  model.graph = std::move(plain);
  BITPLACE_ASSIGN(descriptor,
                  choose_descriptor(descriptor_type_of(options.descriptor), options.calibrate, model));
  conversion.descriptor = std::move(descriptor);

  lowering.descriptor = conversion.descriptor.encoding;
  lowering.observe = observe;
  BITPLACE_ASSIGN(lowered, lower(source.network.graph, lowering));
  model.graph = std::move(lowered);
  conversion.decisions = lowering_decisions(source.network.graph, model.graph);
  return conversion;
}

}  // namespace bitplace::tools
