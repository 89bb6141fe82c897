#include "collectors/kernel/namespaces/naming.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;

const Netns kOwn = {"self", 1, "", {}};
const NetnsSelection kAll = {.all = true, .names = {}};

NetnsSighting Seen(uint64_t inode, std::set<std::string> run_names = {},
                   std::vector<std::string> pod_uids = {}) {
  NetnsSighting sighting;
  sighting.inode = inode;
  sighting.run_names = std::move(run_names);
  sighting.pod_uids = std::move(pod_uids);
  return sighting;
}

std::vector<std::string> Names(const NetnsChoice& choice) {
  std::vector<std::string> names;
  for (const Netns& netns : choice.chosen) names.push_back(netns.name);
  return names;
}

TEST(ChooseNetnsTest, NamesGoByTheContract) {
  NetnsSighting first = Seen(2, {"blue"}, {"w"});
  first.has_pid1 = true;
  const NetnsChoice choice = ChooseNetns(
      {Seen(6), Seen(5, {}, {"u"}), Seen(4, {"b", "a"}, {"v"}), first, Seen(7, {}, {"y", "x"})},
      kOwn, kAll, {});
  EXPECT_THAT(Names(choice), ElementsAre("self", "host", "a", "u", "ino-6", "y"));
  EXPECT_FALSE(choice.chosen[0].foreign);
  EXPECT_TRUE(choice.chosen[1].foreign);
  EXPECT_EQ(choice.chosen[1].pod_uid, "");
  EXPECT_EQ(choice.chosen[2].pod_uid, "v");
  EXPECT_EQ(choice.chosen[5].pod_uid, "y");
}

TEST(ChooseNetnsTest, LaterOfTwoOfOneNameIsCalledByItsInode) {
  EXPECT_THAT(Names(ChooseNetns({Seen(8, {}, {"u"}), Seen(9, {}, {"u"})}, kOwn, kAll, {})),
              ElementsAre("self", "u", "ino-9"));
  EXPECT_THAT(Names(ChooseNetns({Seen(8, {}, {"u"}), Seen(9, {}, {"u"})}, kOwn, kAll, {9})),
              ElementsAre("self", "u", "ino-8"));
  EXPECT_THAT(Names(ChooseNetns({Seen(3, {"host"}), Seen(4, {"self"}), Seen(5, {"ino-7"}), Seen(7)},
                                kOwn, kAll, {})),
              ElementsAre("self", "ino-3", "ino-4", "ino-5", "ino-7"));
}

TEST(ChooseNetnsTest, NameThatWouldSpoilThePageIsNotUsed) {
  EXPECT_THAT(Names(ChooseNetns(
                  {Seen(3, {"\xff", "a\nb", "\xC0\x80", "\xED\xA0\x80"}), Seen(4, {"\xff", "~"})},
                  kOwn, kAll, {})),
              ElementsAre("self", "ino-3", "~"));
}

TEST(ChooseNetnsTest, NamespaceAnswersToEachOfItsNames) {
  const std::vector<NetnsSighting> seen = {Seen(3, {"a", "b"}, {"u"}), Seen(4), Seen(5)};
  for (const char* name : {"a", "b", "u", "ino-3"}) {
    EXPECT_THAT(Names(ChooseNetns(seen, kOwn, {.names = {name}}, {})), ElementsAre("self", "a"));
  }
  EXPECT_THAT(Names(ChooseNetns(seen, kOwn, {.names = {"self"}}, {})), ElementsAre("self"));
}

TEST(ChooseNetnsTest, WantedNameThatIsMissingHasAnEntryOnce) {
  const NetnsChoice choice = ChooseNetns({Seen(3)}, kOwn, {.names = {"x", "x"}}, {});
  EXPECT_THAT(Names(choice), ElementsAre("self", "x"));
  EXPECT_EQ(choice.chosen[1].inode, 0u);
  EXPECT_TRUE(choice.chosen[1].foreign);
}

TEST(ChooseNetnsTest, WhatIsMerelyCalledHostDoesNotAnswerForIt) {
  NetnsSighting host = Seen(4);
  host.has_pid1 = true;
  const NetnsSelection wanted = {.names = {"host"}};
  EXPECT_EQ(ChooseNetns({Seen(3, {"host"})}, kOwn, wanted, {}).chosen[1].inode, 0u) << "missing";
  EXPECT_EQ(ChooseNetns({Seen(3, {"host"}), host}, kOwn, wanted, {}).chosen[1].inode, 4u);
  EXPECT_THAT(Names(ChooseNetns({Seen(3, {"a"}), host}, kOwn, {.names = {"a"}}, {})),
              ElementsAre("self", "a"));
}

TEST(ChooseNetnsTest, LimitKeepsThoseWatchedBeforeAndCountsTheRest) {
  NetnsSelection two = kAll;
  two.limit = 2;
  const NetnsChoice choice = ChooseNetns({Seen(3), Seen(4), Seen(5)}, kOwn, two, {4});
  EXPECT_THAT(Names(choice), ElementsAre("self", "ino-4"));
  EXPECT_EQ(choice.omitted, 2u);
}

TEST(ChooseNetnsTest, TheOwnIsThereWhateverTheLimit) {
  for (const size_t limit : {0, 1}) {
    NetnsSelection selection = kAll;
    selection.limit = limit;
    const NetnsChoice choice = ChooseNetns({Seen(3), Seen(4)}, kOwn, selection, {});
    EXPECT_THAT(Names(choice), ElementsAre("self"));
    EXPECT_EQ(choice.omitted, 2u);
  }
}

TEST(ChooseNetnsTest, ContainerIdsAreSortedAndBounded) {
  NetnsSighting own = Seen(1);
  for (int i = 50; i >= 10; --i) own.container_ids.insert(absl::StrCat(i));
  const NetnsChoice choice = ChooseNetns({own}, kOwn, kAll, {});
  EXPECT_EQ(choice.chosen[0].container_ids.size(), kMostContainerIds);
  EXPECT_EQ(choice.chosen[0].container_ids.front(), "10");
}

}  // namespace
}  // namespace tcp_lifecycle
