#include <cstdio>

#include "common/text_table.h"
#include "vprtrain/commands.h"
#include "vprtrain/losses/loss.h"
#include "vprtrain/network.h"
#include "vprtrain/quantizers/quantizers.h"

namespace bitplace::train {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

Status run() {
  tools::TextTable table({{"network"}, {"variants"}, {"what it is"}});
  for (const NetworkEntry& network : list_networks())
    table.add_row({network.name, joined(network.variants), network.summary});
  std::fputs(table.text().c_str(), stdout);
  const std::pair<const char*, std::vector<std::string>> lists[] = {
      {"losses", loss_names()},
      {"weight quantizers", weight_quantizer_names()},
      {"activation quantizers", activation_quantizer_names()}};
  for (const auto& [what, names] : lists)
    std::printf("\n%s: %s\n", what, joined(names).c_str());
  return {};
}

}  // namespace

void add_list(tools::Program& program) {
  program.add_command("list", "Networks, losses and quantizers", run);
}

}  // namespace bitplace::train
