#include "exporter/http/gzip.h"

#include <gtest/gtest.h>

#include "tests/unit/exporter/http/gunzip.h"

namespace tcp_lifecycle {
namespace {

TEST(GzipTest, IsReadBackAsItWas) {
  std::string text;
  for (int i = 0; i < 5000; ++i)
    text += "tcp_lifecycle_sockets{state=\"" + std::to_string(i) + "\"}";
  const auto compressed = Gzip(text);
  ASSERT_TRUE(compressed.ok()) << compressed.status();
  EXPECT_LT(compressed->size(), text.size() / 4);
  EXPECT_EQ(Gunzip(*compressed), text);
}

TEST(GzipTest, TakesAnEmptyText) { EXPECT_EQ(Gunzip(Gzip("").value()), ""); }

TEST(GzipTest, TakesWhatCannotBeCompressed) {
  std::string noise;
  uint32_t state = 1;
  for (int i = 0; i < 100'000; ++i) {
    state = state * 1664525 + 1013904223;
    noise.push_back(static_cast<char>(state >> 24));
  }
  EXPECT_EQ(Gunzip(Gzip(noise).value()), noise);
}

}  // namespace
}  // namespace tcp_lifecycle
