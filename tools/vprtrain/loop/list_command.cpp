#include <cstdio>

#include "common/text_table.h"
#include "vprtrain/commands.h"
#include "vprtrain/network.h"

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
  return {};
}

}  // namespace

void add_list(tools::Program& program) {
  program.add_command("list", "What can be trained", run);
}

}  // namespace bitplace::train
