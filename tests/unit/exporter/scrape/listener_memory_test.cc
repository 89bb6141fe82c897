#include "exporter/scrape/listener_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const ListenPoint kWeb = {IpAddress::FromV4({0, 0, 0, 0}), 80, false};
const ListenPoint kApi = {IpAddress::FromV4({10, 0, 0, 1}), 8080, false};

ListenerMemory::Clock::time_point At(int seconds) {
  return ListenerMemory::Clock::time_point(std::chrono::seconds(seconds));
}

TEST(ListenerMemoryTest, RemembersWhatTheLastPassSaw) {
  ListenerMemory memory;
  EXPECT_THAT(memory.Recall("host", At(0)), IsEmpty());
  memory.Update("host", {kWeb}, At(0));
  EXPECT_THAT(memory.Recall("host", At(0)), ElementsAre(kWeb));
  EXPECT_THAT(memory.Recall("other", At(0)), IsEmpty());
}

TEST(ListenerMemoryTest, ForgetsAListenerAMinuteAfterThePassThatMissedIt) {
  ListenerMemory memory;
  memory.Update("host", {kWeb}, At(0));
  memory.Update("host", {}, At(300));
  EXPECT_THAT(memory.Recall("host", At(301)), SizeIs(1)) << "it may have closed a moment ago";
  EXPECT_THAT(memory.Recall("host", At(361)), SizeIs(1));
  EXPECT_THAT(memory.Recall("host", At(362)), IsEmpty()) << "however rare the passes are";
  memory.Update("host", {}, At(362));
  EXPECT_THAT(memory.Recall("host", At(300)), IsEmpty()) << "it is gone";
}

TEST(ListenerMemoryTest, AListenerThatComesBackIsAsNew) {
  ListenerMemory memory;
  memory.Update("host", {kWeb}, At(0));
  memory.Update("host", {}, At(60));
  memory.Update("host", {kWeb}, At(120));
  memory.Update("host", {}, At(180));
  EXPECT_THAT(memory.Recall("host", At(241)), SizeIs(1));
}

TEST(ListenerMemoryTest, WhenItIsFullItKeepsWhatItHas) {
  ListenerMemory memory;
  absl::flat_hash_set<ListenPoint> many;
  for (size_t i = 0; i < ListenerMemory::kMaxPoints; ++i) {
    many.insert({kWeb.address, static_cast<uint16_t>(i + 1), false});
  }
  memory.Update("host", many, At(0));
  memory.Update("host", {kApi}, At(1));
  EXPECT_THAT(memory.Recall("host", At(0)), SizeIs(ListenerMemory::kMaxPoints));
}

TEST(ListenerMemoryTest, ForgetsNamespacesThatAreGone) {
  ListenerMemory memory;
  memory.Update("host", {kWeb}, At(0));
  memory.Update("gone", {kApi}, At(0));
  memory.KeepOnly({"host", "new"});
  EXPECT_THAT(memory.Recall("host", At(0)), ElementsAre(kWeb));
  EXPECT_THAT(memory.Recall("gone", At(0)), IsEmpty());
}

}  // namespace
}  // namespace tcp_lifecycle
