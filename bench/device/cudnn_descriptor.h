// Descriptors of cuDNN's backend interface.
#pragma once

#include <cudnn.h>

#include <string>
#include <utility>
#include <vector>

#include "core/error.h"

namespace bitplace::bench {

inline Status cudnn_status(cudnnStatus_t status, const char* what) {
  if (status == CUDNN_STATUS_SUCCESS) return {};
  return make_error(ErrorCode::unsupported, "cudnn", what, cudnnGetErrorString(status));
}

// Attributes are set one behind another; finish() tells the first thing that went wrong.
class CudnnDescriptor {
 public:
  explicit CudnnDescriptor(cudnnBackendDescriptorType_t type) {
    status_ = cudnnBackendCreateDescriptor(type, &descriptor_);
  }
  CudnnDescriptor(CudnnDescriptor&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, nullptr)), status_(other.status_) {}
  CudnnDescriptor& operator=(CudnnDescriptor&&) = delete;
  ~CudnnDescriptor() {
    if (descriptor_ != nullptr) cudnnBackendDestroyDescriptor(descriptor_);
  }

  cudnnBackendDescriptor_t get() const { return descriptor_; }

  template <typename Value>
  CudnnDescriptor& set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                       const Value& value) {
    return set_array(name, type, 1, &value);
  }
  CudnnDescriptor& numbers(cudnnBackendAttributeName_t name, const std::vector<std::int64_t>& values) {
    return set_array(name, CUDNN_TYPE_INT64, values.size(), values.data());
  }
  CudnnDescriptor& part(cudnnBackendAttributeName_t name, const CudnnDescriptor& descriptor) {
    return set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, descriptor.descriptor_);
  }
  CudnnDescriptor& set_array(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                             std::size_t count, const void* values) {
    if (status_ == CUDNN_STATUS_SUCCESS) {
      status_ = cudnnBackendSetAttribute(descriptor_, name, type, static_cast<std::int64_t>(count), values);
    }
    return *this;
  }

  Status finish(const char* what) {
    if (status_ == CUDNN_STATUS_SUCCESS) status_ = cudnnBackendFinalize(descriptor_);
    return cudnn_status(status_, what);
  }

 private:
  cudnnBackendDescriptor_t descriptor_ = nullptr;
  cudnnStatus_t status_ = CUDNN_STATUS_SUCCESS;
};

}  // namespace bitplace::bench
