#include "exporter/scrape/scraper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <new>
#include <semaphore>
#include <thread>
#include <vector>

namespace tcp_lifecycle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

Deadline Soon() { return Deadline::After(seconds(20)); }

// A pass that waits until the test lets it go.
class GatedPass {
 public:
  Scraper::Pass Get() {
    return [this](const Deadline&) {
      started_.release();
      gate_.acquire();
      ScrapeResult result;
      result.source = std::to_string(++passes_);
      return result;
    };
  }
  void AwaitStart() { started_.acquire(); }
  void LetGo() { gate_.release(); }
  int passes() const { return passes_; }

 private:
  std::counting_semaphore<> started_{0};
  std::counting_semaphore<> gate_{0};
  std::atomic<int> passes_{0};
};

TEST(ScraperTest, AHundredCallersShareOnePass) {
  GatedPass pass;
  Scraper scraper(pass.Get());
  std::vector<std::future<absl::StatusOr<Scraper::SharedResult>>> callers;
  std::atomic<int> asking{0};
  for (int i = 0; i < 100; ++i) {
    callers.push_back(std::async(std::launch::async, [&] {
      ++asking;
      return scraper.Scrape(Soon());
    }));
  }
  pass.AwaitStart();
  while (asking < 100) std::this_thread::yield();
  // The last callers have at most a mutex between them and the flight.
  std::this_thread::sleep_for(seconds(1));
  pass.LetGo();
  const absl::StatusOr<Scraper::SharedResult> first = callers.front().get();
  ASSERT_TRUE(first.ok());
  for (size_t i = 1; i < callers.size(); ++i) {
    const auto result = callers[i].get();
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->get(), first->get());
  }
  EXPECT_EQ(pass.passes(), 1);
}

TEST(ScraperTest, ACallerAfterTheFlightGetsANewPass) {
  GatedPass pass;
  pass.LetGo();
  pass.LetGo();
  Scraper scraper(pass.Get());
  EXPECT_EQ((*scraper.Scrape(Soon()))->source, "1");
  EXPECT_EQ((*scraper.Scrape(Soon()))->source, "2");
}

TEST(ScraperTest, AHurriedCallerLeavesAndTheFlightGoesOn) {
  GatedPass pass;
  Scraper scraper(pass.Get());
  auto patient = std::async(std::launch::async, [&] { return scraper.Scrape(Soon()); });
  pass.AwaitStart();
  const auto hurried = scraper.Scrape(Deadline::After(milliseconds(20)));
  EXPECT_TRUE(absl::IsDeadlineExceeded(hurried.status()));
  pass.LetGo();
  EXPECT_TRUE(patient.get().ok());
  EXPECT_EQ(pass.passes(), 1);
}

TEST(ScraperTest, AResultCutShortByAnotherCallersDeadlineIsNotHandedOn) {
  std::binary_semaphore started(0);
  const auto short_deadline = Deadline::After(milliseconds(100));
  Scraper scraper([&](const Deadline& deadline) {
    started.release();
    ScrapeResult result;
    result.cut_short = deadline.at() <= short_deadline.at();
    if (result.cut_short) std::this_thread::sleep_until(deadline.at());
    return result;
  });
  auto hurried = std::async(std::launch::async, [&] { return scraper.Scrape(short_deadline); });
  started.acquire();
  const auto patient = scraper.Scrape(Soon());
  ASSERT_TRUE(patient.ok());
  EXPECT_FALSE((*patient)->cut_short);
}

TEST(ScraperTest, APassThatTakesAllItsTimeIsStillInTimeForItsCaller) {
  Scraper scraper([](const Deadline& deadline) {
    std::this_thread::sleep_until(deadline.at());
    ScrapeResult result;
    result.cut_short = true;
    return result;
  });
  const auto result = scraper.Scrape(Deadline::After(milliseconds(1000)));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE((*result)->cut_short);
}

TEST(ScraperTest, WhoseOwnDeadlineCutTheFlightGetsItsResult) {
  std::atomic<int> passes = 0;
  Scraper scraper([&](const Deadline&) {
    ++passes;
    ScrapeResult result;
    result.cut_short = true;
    return result;
  });
  const auto result = scraper.Scrape(Soon());
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE((*result)->cut_short);
  EXPECT_EQ(passes, 1) << "another would be cut as well";
}

// Whoever waits while the exporter ends gets what there is: no other flight will start.
TEST(ScraperTest, AtTheEndAResultThatWasCutShortIsHandedOn) {
  std::binary_semaphore started(0);
  std::binary_semaphore stopped(0);
  const auto short_deadline = Deadline::After(seconds(5));
  Scraper scraper([&](const Deadline&) {
    started.release();
    EXPECT_TRUE(stopped.try_acquire_for(seconds(10)));
    ScrapeResult result;
    result.cut_short = true;
    return result;
  });
  auto hurried = std::async(std::launch::async, [&] { return scraper.Scrape(short_deadline); });
  started.acquire();
  auto patient = std::async(std::launch::async, [&] { return scraper.Scrape(Soon()); });
  // The patient caller has at most a mutex between it and the flight.
  std::this_thread::sleep_for(milliseconds(200));
  auto stop = std::async(std::launch::async, [&] { return scraper.Stop(Soon()); });
  std::this_thread::sleep_for(milliseconds(200));
  stopped.release();
  const auto result = patient.get();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE((*result)->cut_short);
  EXPECT_TRUE(hurried.get().ok());
  EXPECT_TRUE(stop.get());
}

TEST(ScraperTest, AStuckPassIsReportedAndNoSecondOneStarts) {
  GatedPass pass;
  Scraper scraper(pass.Get());
  const auto first = scraper.Scrape(Deadline::After(milliseconds(10)));
  EXPECT_TRUE(absl::IsDeadlineExceeded(first.status()));
  // Waits for the flight to be called stuck, not for its own deadline.
  const auto second = scraper.Scrape(Soon());
  EXPECT_TRUE(absl::IsUnavailable(second.status())) << second.status();
  const auto asked_at = Deadline::Clock::now();
  const auto third = scraper.Scrape(Soon());
  EXPECT_TRUE(absl::IsUnavailable(third.status())) << third.status();
  EXPECT_LT(Deadline::Clock::now() - asked_at, seconds(1));
  EXPECT_EQ(pass.passes(), 0);
  pass.LetGo();
}

TEST(ScraperTest, APassThatThrowsCostsItsFlightOnly) {
  std::atomic<int> passes{0};
  Scraper scraper([&](const Deadline&) -> ScrapeResult {
    if (++passes == 1) throw std::bad_alloc();
    return {};
  });
  const auto failed = scraper.Scrape(Soon());
  EXPECT_TRUE(absl::IsInternal(failed.status()));
  EXPECT_THAT(failed.status().message(), HasSubstr("bad_alloc"));
  EXPECT_TRUE(scraper.Scrape(Soon()).ok());
}

TEST(ScraperTest, AfterStopNoPassStarts) {
  GatedPass pass;
  Scraper scraper(pass.Get());
  EXPECT_TRUE(scraper.Stop(Soon()));
  EXPECT_TRUE(absl::IsUnavailable(scraper.Scrape(Soon()).status()));
}

TEST(ScraperTest, StopLetsThePassInProgressEnd) {
  GatedPass pass;
  Scraper scraper(pass.Get());
  auto caller = std::async(std::launch::async, [&] { return scraper.Scrape(Soon()); });
  pass.AwaitStart();
  auto stop = std::async(std::launch::async, [&] { return scraper.Stop(Soon()); });
  pass.LetGo();
  EXPECT_TRUE(stop.get());
  EXPECT_TRUE(caller.get().ok());
}

TEST(ScraperTest, StopDoesNotWaitForAStuckPassAndItsCallersAreAnswered) {
  GatedPass pass;
  Scraper scraper(pass.Get());
  auto caller = std::async(std::launch::async, [&] { return scraper.Scrape(Soon()); });
  pass.AwaitStart();
  EXPECT_FALSE(scraper.Stop(Deadline::After(milliseconds(20))));
  EXPECT_TRUE(absl::IsUnavailable(caller.get().status()));
  pass.LetGo();
}

}  // namespace
}  // namespace tcp_lifecycle
