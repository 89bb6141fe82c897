#include "exporter/text/json_writer.h"

#include "absl/strings/str_format.h"
#include "exporter/text/quoted.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kIndent = 2;

}  // namespace

JsonWriter& JsonWriter::Key(absl::string_view key) {
  StartValue();
  AppendQuoted(out_, key);
  out_ += ": ";
  after_key_ = true;
  return *this;
}

void JsonWriter::String(absl::string_view text) {
  StartValue();
  AppendQuoted(out_, text);
}

void JsonWriter::Number(double value) { Literal(absl::StrFormat("%.6g", value)); }

void JsonWriter::Open(char bracket) {
  StartValue();
  out_ += bracket;
  indent_ += kIndent;
  first_ = true;
}

void JsonWriter::Close(char bracket) {
  indent_ -= kIndent;
  if (!first_) absl::StrAppend(&out_, "\n", std::string(indent_, ' '));
  out_ += bracket;
  first_ = false;
}

void JsonWriter::Literal(absl::string_view text) {
  StartValue();
  absl::StrAppend(&out_, text);
}

void JsonWriter::StartValue() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (!first_) out_ += ',';
  if (indent_ > 0) absl::StrAppend(&out_, "\n", std::string(indent_, ' '));
  first_ = false;
}

}  // namespace tcp_lifecycle
