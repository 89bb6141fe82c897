#include "exporter/text/json_writer.h"

#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

TEST(JsonWriterTest, ObjectsAndArraysNest) {
  JsonWriter json;
  json.BeginObject();
  json.Key("a").Number(1);
  json.Key("b").BeginArray();
  json.String("x");
  json.BeginObject();
  json.Key("c").Null();
  json.EndObject();
  json.EndArray();
  json.Key("d").Bool(true);
  json.EndObject();
  EXPECT_EQ(std::move(json).Take(),
            "{\n"
            "  \"a\": 1,\n"
            "  \"b\": [\n"
            "    \"x\",\n"
            "    {\n"
            "      \"c\": null\n"
            "    }\n"
            "  ],\n"
            "  \"d\": true\n"
            "}\n");
}

TEST(JsonWriterTest, EmptyOnesStayOnTheirLine) {
  JsonWriter json;
  json.BeginObject();
  json.Key("a").BeginArray();
  json.EndArray();
  json.Key("b").BeginObject();
  json.EndObject();
  json.EndObject();
  EXPECT_EQ(std::move(json).Take(), "{\n  \"a\": [],\n  \"b\": {}\n}\n");
}

TEST(JsonWriterTest, NumbersAreJson) {
  JsonWriter json;
  json.BeginArray();
  json.Number(-1);
  json.Number(uint64_t{18446744073709551615u});
  json.Number(0.25);
  json.Number(1e-9);
  json.Number(std::optional<uint32_t>());
  json.Number(std::optional<double>(2.5));
  json.EndArray();
  EXPECT_EQ(std::move(json).Take(),
            "[\n  -1,\n  18446744073709551615,\n  0.25,\n  1e-09,\n  null,\n  2.5\n]\n");
}

TEST(JsonWriterTest, KeysAndStringsAreQuoted) {
  JsonWriter json;
  json.BeginObject();
  json.Key("a\"").String("\n\xff");
  json.EndObject();
  EXPECT_EQ(std::move(json).Take(), "{\n  \"a\\\"\": \"\\n\\ufffd\"\n}\n");
}

}  // namespace
}  // namespace tcp_lifecycle
