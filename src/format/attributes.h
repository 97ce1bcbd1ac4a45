// A node's attributes as a file holds them: by name, each with its type.
#pragma once

#include "format/section_reader.h"
#include "graph/graph.h"

namespace bitplace {

void write_attributes(ByteWriter& writer, const Attributes& attributes);

// Reads the attributes of `op`: each exactly once, optional ones at most once, in any order, and none that it
// does not have.
Status read_attributes(SectionReader& reader, Op op, Attributes* attributes);

}  // namespace bitplace
