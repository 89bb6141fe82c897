// Writes one JSON document, value by value; it sees to commas, indentation and quoting. For the
// doctor's --json.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

class JsonWriter {
 public:
  // Within an object each value needs a key before it; within an array there is none.
  JsonWriter& Key(absl::string_view key);

  void BeginObject() { Open('{'); }
  void EndObject() { Close('}'); }
  void BeginArray() { Open('['); }
  void EndArray() { Close(']'); }

  void String(absl::string_view text);
  void Bool(bool value) { Literal(value ? "true" : "false"); }
  void Null() { Literal("null"); }
  template <std::integral Integer>
  void Number(Integer value) {
    Literal(absl::StrCat(value));
  }
  void Number(double value);  // finite; six significant digits
  // Null() without a value.
  template <typename Value>
  void Number(const std::optional<Value>& value) {
    value.has_value() ? Number(*value) : Null();
  }

  // The document, once everything is closed.
  std::string Take() && { return std::move(out_) + "\n"; }

 private:
  void Open(char bracket);
  void Close(char bracket);
  void Literal(absl::string_view text);
  void StartValue();

  std::string out_;
  size_t indent_ = 0;
  bool first_ = true;       // in the object or array
  bool after_key_ = false;  // the value stands on the line of its key
};

}  // namespace tcp_lifecycle
