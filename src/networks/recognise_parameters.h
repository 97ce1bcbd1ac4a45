// Which network a checkpoint's parameters belong to, by names and shapes; file names do not count.
#pragma once

#include <optional>

#include "networks/backbone.h"
#include "networks/named_tensors.h"

namespace bitplace {

struct RecognisedBackbone {
  const Backbone* backbone = nullptr;
  bool timm = false;  // named as timm names them: Backbone::from_timm gives the names that build() asks for
};

// Names stand there without what wrappers put in front. Nothing where no network fits.
std::optional<RecognisedBackbone> recognise_backbone(const NamedTensors& tensors);

// Parameters that several networks have, between which only the user can tell, are an error.
Status check_unambiguous(const NamedTensors& tensors);

// The deepest cut whose layers are all there, as far as names tell; the default where none is.
const BackboneCut& recognise_cut(const Backbone& backbone, const NamedTensors& tensors);

}  // namespace bitplace
