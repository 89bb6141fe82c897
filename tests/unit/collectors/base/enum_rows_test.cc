#include "collectors/base/enum_rows.h"

#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

enum class Fruit { kApple, kPear, kEnd };

struct Row {
  Fruit id;
  int count;
};

TEST(EnumRowsTest, ATableHasARowForEachValueInOrder) {
  static_assert(IsTableOf(std::array{Row{Fruit::kApple, 1}, Row{Fruit::kPear, 1}}));
  EXPECT_FALSE(IsTableOf(std::array{Row{Fruit::kApple, 1}})) << "too short";
  EXPECT_FALSE(IsTableOf(std::array{Row{Fruit::kPear, 1}, Row{Fruit::kApple, 1}})) << "swapped";
  EXPECT_FALSE(IsTableOf(std::array{Row{Fruit::kApple, 1}, Row{Fruit::kApple, 1}})) << "twice";
  EXPECT_FALSE(
      IsTableOf(std::array{Row{Fruit::kApple, 1}, Row{Fruit::kPear, 1}, Row{Fruit::kEnd, 1}}))
      << "too long";
}

TEST(EnumRowsTest, ANameThatIsMissingIsFound) {
  static_assert(AreNamed(std::array<absl::string_view, 2>{"apple", "pear"}));
  EXPECT_FALSE(AreNamed(std::array<absl::string_view, 2>{"apple"}));
}

}  // namespace
}  // namespace tcp_lifecycle
