#include "collectors/kernel/bpf/table_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "absl/strings/str_cat.h"
#include "tests/unit/collectors/kernel/bpf/fake_walk.h"

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAreArray;

constexpr WalkedTable kTable = WalkedTable::kConnected;

class TableWalkTest : public testing::Test {
 protected:
  // So many buckets with so many sockets each, whose local ports count from 1.
  void Fill(uint32_t buckets, uint32_t each) {
    uint16_t port = 0;
    for (uint32_t bucket = 0; bucket < buckets; ++bucket) {
      std::vector<WireRecord>& chain = program_.tables[kTable].emplace_back();
      for (uint32_t i = 0; i < each; ++i) {
        ports_.push_back(++port);
        chain.push_back(RecordOf(port, bucket));
      }
    }
  }
  absl::StatusOr<TableWalkCounts> Walk(const Deadline& deadline = Deadline::After(kLong)) {
    return WalkTable(program_, kTable, WalkedNetns::kOwn, deadline,
                     [this](std::span<const WireRecord> records) {
                       for (const WireRecord& record : records) seen_.push_back(record.local_port);
                     });
  }

  static constexpr std::chrono::seconds kLong{60};
  FakeWalk program_;
  std::vector<uint16_t> ports_, seen_;
};

TEST_F(TableWalkTest, AnEmptyTableHasNoPieces) {
  const auto counts = Walk();
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->pieces, 0u);
}

TEST_F(TableWalkTest, ATableIsReadInPiecesOfSoManySockets) {
  Fill(4096, 3);
  const auto counts = Walk();
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->pieces, program_.pieces.size());
  EXPECT_EQ(counts->rewalks, 0u);
  EXPECT_EQ(seen_, ports_);
  for (const FakeWalk::Piece& piece : program_.pieces) {
    EXPECT_LE(3 * (piece.end - piece.first), kPieceSockets);
  }
  EXPECT_LT(counts->pieces, 10u);
}

TEST_F(TableWalkTest, WhereThereAreFewSocketsInPiecesOfSoManyBuckets) {
  Fill(4 * kPieceBuckets, 0);
  ASSERT_TRUE(Walk().ok());
  uint32_t largest = 0;
  for (const FakeWalk::Piece& piece : program_.pieces) {
    largest = std::max(largest, piece.end - piece.first);
  }
  EXPECT_EQ(largest, kPieceBuckets);
}

TEST_F(TableWalkTest, APieceThatDoesNotFitIsHalved) {
  Fill(8, 3);
  program_.capacity = 7;
  ASSERT_TRUE(Walk().ok());
  EXPECT_EQ(seen_, ports_);
  EXPECT_THAT(program_.pieces,
              ElementsAre(FakeWalk::Piece{kTable, 0, 8}, FakeWalk::Piece{kTable, 0, 4},
                          FakeWalk::Piece{kTable, 0, 2}, FakeWalk::Piece{kTable, 2, 4},
                          FakeWalk::Piece{kTable, 4, 6}, FakeWalk::Piece{kTable, 6, 8}));
}

TEST_F(TableWalkTest, APieceOfTwoBucketsIsHalvedAsWell) {
  Fill(8, 3);
  program_.capacity = 3;
  ASSERT_TRUE(Walk().ok());
  EXPECT_EQ(seen_, ports_);
}

TEST_F(TableWalkTest, ALaterPieceThatDoesNotFitIsHalvedByItsOwnSize) {
  program_.tables[kTable].resize(8);
  for (uint32_t bucket = 8; bucket < 16; ++bucket) {
    program_.tables[kTable].push_back({RecordOf(1, bucket), RecordOf(2, bucket)});
  }
  program_.capacity = 8;
  ASSERT_TRUE(Walk().ok());
  EXPECT_EQ(seen_.size(), 16u);
  EXPECT_THAT(program_.pieces,
              ElementsAre(FakeWalk::Piece{kTable, 0, 16}, FakeWalk::Piece{kTable, 0, 8},
                          FakeWalk::Piece{kTable, 8, 16}, FakeWalk::Piece{kTable, 8, 12},
                          FakeWalk::Piece{kTable, 12, 16}));
}

TEST_F(TableWalkTest, WhereEachBucketHasMoreSocketsThanAPieceOneIsReadAtATime) {
  Fill(4, kPieceSockets + 1);
  program_.most_per_run = kPieceSockets + 1;
  ASSERT_TRUE(Walk().ok());
  EXPECT_EQ(seen_, ports_);
  EXPECT_THAT(program_.pieces,
              ElementsAre(FakeWalk::Piece{kTable, 0, 4}, FakeWalk::Piece{kTable, 1, 2},
                          FakeWalk::Piece{kTable, 2, 3}, FakeWalk::Piece{kTable, 3, 4}));
}

TEST_F(TableWalkTest, ABucketThatDoesNotFitIsDataLoss) {
  Fill(4, 1);
  for (const uint32_t bucket : {2u, 0u}) {
    program_.tables[kTable][bucket].resize(3);
    program_.capacity = 2;
    const absl::Status status = Walk().status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << status;
    EXPECT_THAT(status.message(),
                HasSubstr(absl::StrCat("more than 32768 sockets in bucket ", bucket)));
  }
}

TEST_F(TableWalkTest, ARunThatTakesLessThanItWasAskedForIsGoneOnWith) {
  Fill(100, 3);
  program_.most_per_run = 10;
  const auto counts = Walk();
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_EQ(counts->pieces, 34u);  // of three buckets
  EXPECT_EQ(seen_, ports_);
}

TEST_F(TableWalkTest, ABucketThatNoRunTakesIsDataLoss) {
  Fill(2, 3);
  program_.most_per_run = 2;
  const auto counts = Walk();
  EXPECT_EQ(counts.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(counts.status().message()),
              HasSubstr("bucket 0 was not read to its end in 100 runs"));
  EXPECT_THAT(seen_, testing::IsEmpty());
}

TEST_F(TableWalkTest, ABucketThatTheHundredthRunTakesIsRead) {
  Fill(2, 3);
  for (const size_t futile : {100u, 101u}) {
    seen_.clear();
    program_.pieces.clear();
    program_.most_per_run = 2;
    program_.before_run = [&] {
      if (program_.pieces.size() == futile) program_.most_per_run = 6;
    };
    const absl::Status status = Walk().status();
    EXPECT_EQ(status.ok(), futile == 100) << status;
    EXPECT_EQ(seen_.size(), futile == 100 ? 6u : 0u);
  }
}

TEST_F(TableWalkTest, ABucketThatStaysStillAtTheHundredthTimeIsRead) {
  Fill(4, 1);
  for (const int moves : {100, 101}) {
    seen_.clear();
    program_.restless = {{2, moves}};
    const auto counts = Walk();
    EXPECT_EQ(counts.ok(), moves == 100) << counts.status();
    if (counts.ok()) {
      EXPECT_EQ(counts->rewalks, 100u);
      EXPECT_THAT(seen_, UnorderedElementsAreArray(ports_));
    }
  }
}

TEST_F(TableWalkTest, BucketsWhoseSocketsMovedAreReadAgainAndOnlyOnceHandedOver) {
  Fill(16, 2);
  program_.restless = {{3, 1}, {9, 4}};
  const auto counts = Walk();
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->rewalks, 1u + 4u);
  EXPECT_THAT(seen_, UnorderedElementsAreArray(ports_));
}

TEST_F(TableWalkTest, ABucketThatNeverStaysStillIsDataLoss) {
  Fill(4, 1);
  program_.restless = {{2, 1000000}};
  const absl::Status status = Walk().status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("bucket 2"));
}

TEST_F(TableWalkTest, TheDeadlineCutsBetweenPieces) {
  Fill(kPieceBuckets, 1);
  const absl::Status status = Walk(Deadline::After(std::chrono::seconds(0))).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_TRUE(seen_.empty());
}

TEST_F(TableWalkTest, WhatTheProgramSaysIsHandedOn) {
  Fill(4, 1);
  program_.status = absl::PermissionDeniedError("no");
  EXPECT_EQ(Walk().status(), program_.status);
  program_.empty_status = absl::UnavailableError("how large the table is");
  EXPECT_EQ(Walk().status(), program_.empty_status);
  EXPECT_TRUE(seen_.empty());
}

}  // namespace
}  // namespace tcp_lifecycle
