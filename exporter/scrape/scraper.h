// Runs scrapes: one pass at a time, in one thread, whoever asks. HTTP handlers, --once and the
// doctor call it from any thread and get an immutable result.
//
// A pass that never ends (a kernel call that hangs) cannot be ended from here. Its callers get
// their answer all the same, and no second pass starts beside it. The destructor waits for the pass
// in progress, for ever if need be; a program that must end calls Stop first, and where that
// returns false it leaves by _Exit, without destroying the Scraper.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "absl/status/statusor.h"
#include "collectors/base/deadline.h"
#include "exporter/scrape/scrape_result.h"

namespace tcp_lifecycle {

class Scraper {
 public:
  using SharedResult = std::shared_ptr<const ScrapeResult>;
  // Makes the result of one pass; called in the scraper's own thread, never twice at a time. Its
  // deadline is a little before the callers', so that a page without what came too late is there in
  // time. What it throws costs that flight only.
  using Pass = std::function<ScrapeResult(const Deadline&)>;

  explicit Scraper(Pass pass);
  ~Scraper();
  Scraper(const Scraper&) = delete;
  Scraper& operator=(const Scraper&) = delete;

  // Joins the flight in progress or starts one that must end by `deadline`. A result that another
  // caller's earlier deadline cut short is not handed on: a new flight starts in the time left.
  // DeadlineExceeded when there is no result by `deadline`: the flight goes on, and no second one
  // starts. Unavailable when the flight in progress is stuck, long past its own deadline, or after
  // Stop. Internal when the pass threw.
  absl::StatusOr<SharedResult> Scrape(const Deadline& deadline);

  // Starts no more passes and waits for the one in progress. False when it has not ended by
  // `deadline`: whoever waits for it gets Unavailable.
  bool Stop(const Deadline& deadline);

 private:
  struct Flight;

  void Run();

  const Pass pass_;
  std::mutex mutex_;
  std::condition_variable departure_;  // the thread waits here for a flight
  std::condition_variable landing_;    // callers wait here for its end
  std::shared_ptr<Flight> flight_;     // in progress, or about to start
  bool stopping_ = false;
  bool abandoned_ = false;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace tcp_lifecycle
