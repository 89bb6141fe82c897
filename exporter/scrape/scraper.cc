#include "exporter/scrape/scraper.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {
namespace {

// A flight that is this much late is stuck, and nobody is made to wait for it any longer.
constexpr std::chrono::seconds kStuckAfter(2);

// When reading must end so that what there is can still be put on a page by `deadline`.
Deadline PassDeadline(const Deadline& deadline) {
  const std::chrono::milliseconds margin =
      std::min(deadline.Left() / 10, std::chrono::milliseconds(100));
  return Deadline(deadline.at() - margin);
}

absl::StatusOr<Scraper::SharedResult> RunPass(const Scraper::Pass& pass, const Deadline& deadline) {
  try {
    return std::make_shared<const ScrapeResult>(pass(deadline));
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat("the pass failed: ", error.what()));
  }
}

}  // namespace

struct Scraper::Flight {
  Deadline deadline;
  std::optional<absl::StatusOr<SharedResult>> result;

  Deadline::Clock::time_point StuckAt() const { return deadline.at() + kStuckAfter; }
  // Whether a caller with `other` may still get more than this flight brought.
  bool CutShortFor(const Deadline& other) const {
    return result->ok() && (**result)->cut_short && deadline.at() < other.at() && !other.Passed();
  }
};

Scraper::Scraper(Pass pass) : pass_(std::move(pass)), thread_([this] { Run(); }) {}

Scraper::~Scraper() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  departure_.notify_one();
}

absl::StatusOr<Scraper::SharedResult> Scraper::Scrape(const Deadline& deadline) {
  std::unique_lock lock(mutex_);
  while (true) {
    if (flight_ == nullptr) {
      if (stopping_) return absl::UnavailableError("the exporter is shutting down");
      flight_ = std::make_shared<Flight>(Flight{deadline, std::nullopt});
      departure_.notify_one();
    }
    const std::shared_ptr<Flight> flight = flight_;
    landing_.wait_until(lock, std::min(deadline.at(), flight->StuckAt()),
                        [&] { return flight->result.has_value() || abandoned_; });
    if (flight->result.has_value()) {
      if (!flight->CutShortFor(deadline) || stopping_) return *flight->result;
    } else if (abandoned_) {
      return absl::UnavailableError("the exporter is shutting down");
    } else if (Deadline::Clock::now() >= flight->StuckAt()) {
      return absl::UnavailableError(
          "the pass in progress is stuck, long past its deadline; no other starts beside it");
    } else {
      return absl::DeadlineExceededError("the pass did not end by this request's deadline");
    }
  }
}

bool Scraper::Stop(const Deadline& deadline) {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  departure_.notify_one();
  const bool idle = landing_.wait_until(lock, deadline.at(), [&] { return flight_ == nullptr; });
  abandoned_ = !idle;
  landing_.notify_all();
  return idle;
}

void Scraper::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    departure_.wait(lock, [&] { return stopping_ || flight_ != nullptr; });
    if (flight_ == nullptr) return;
    const Deadline deadline = PassDeadline(flight_->deadline);
    lock.unlock();
    absl::StatusOr<SharedResult> result = RunPass(pass_, deadline);
    lock.lock();
    flight_->result = std::move(result);
    flight_.reset();
    landing_.notify_all();
  }
}

}  // namespace tcp_lifecycle
