// SPDX-License-Identifier: Apache-2.0
#include "encode/openvino/tokenizer_ops.h"

#include <map>
#include <openvino/core/attribute_visitor.hpp>
#include <openvino/core/extension.hpp>
#include <openvino/core/op_extension.hpp>
#include <openvino/op/constant.hpp>

#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// Sets the attributes of an operation that is being made.
class AttributeSetter : public ov::AttributeVisitor {
 public:
  explicit AttributeSetter(const ov::AnyMap& values) : values_(values) {}
  using ov::AttributeVisitor::on_adapter;
  void on_adapter(const std::string& name, ov::ValueAccessor<void>& accessor) override {
    if (const auto found = values_.find(name); found != values_.end()) accessor.set_as_any(found->second);
  }

 private:
  const ov::AnyMap& values_;
};

using Operations = std::map<std::string, std::shared_ptr<ov::BaseOpExtension>>;

/// The operations of the OpenVINO Tokenizers library, through the entry point that every OpenVINO extension has.
const Operations& operations() {
  static const Operations found = [] {
    std::vector<ov::Extension::Ptr> extensions;
    OV_CREATE_EXTENSION(extensions);
    Operations by_name;
    for (const auto& extension : extensions)
      if (auto operation = std::dynamic_pointer_cast<ov::BaseOpExtension>(extension))
        by_name[operation->get_type_info().name] = operation;
    return by_name;
  }();
  return found;
}

ov::Output<ov::Node> bytes_constant(const std::string& bytes) {
  return std::make_shared<ov::op::v0::Constant>(ov::element::u8, ov::Shape{bytes.size()}, bytes.data());
}

}  // namespace

ov::OutputVector tokenizer_op(const std::string& type, const ov::OutputVector& inputs, const ov::AnyMap& attributes) {
  const auto found = operations().find(type);
  if (found == operations().end())
    throw Error(ErrorKind::kInternal, "OpenVINO Tokenizers has no operation '" + type + "'", {}, "scripts/setup.sh --encode");
  AttributeSetter setter(attributes);
  return found->second->create(inputs, setter);
}

ov::OutputVector string_list(const std::vector<std::string>& strings) {
  std::vector<std::int32_t> begins, ends;
  std::string characters;
  for (const std::string& s : strings) {
    begins.push_back(static_cast<std::int32_t>(characters.size()));
    characters += s;
    ends.push_back(static_cast<std::int32_t>(characters.size()));
  }
  const ov::Shape shape{strings.size()};
  return {std::make_shared<ov::op::v0::Constant>(ov::element::i32, shape, begins),
          std::make_shared<ov::op::v0::Constant>(ov::element::i32, shape, ends), bytes_constant(characters)};
}

ov::Output<ov::Node> single_string(const std::string& text) { return bytes_constant(text); }

}  // namespace vec2vec
