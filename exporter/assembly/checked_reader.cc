#include "exporter/assembly/checked_reader.h"

#include <algorithm>
#include <utility>

#include "collectors/kernel/bpf/checked_source.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kMostLogged = 5;  // of one check

class LoggingObserver final : public CheckedSource::Observer {
 public:
  explicit LoggingObserver(const Logger& logger) : logger_(logger) {}

  void OnNotChecked(const absl::Status& status) override {
    logger_.Warn("the BPF reader could not be checked against sock_diag",
                 {{"error", status.ToString()}});
  }
  void OnDisagreements(const ReaderCheck& check) override {
    const size_t count = std::min(check.disagreements.size(), kMostLogged);
    for (size_t i = 0; i < count; ++i) {
      const Disagreement& one = check.disagreements[i];
      logger_.Warn("the BPF reader and sock_diag disagree",
                   {{"socket", one.socket},
                    {"field", kCheckedFieldNames[static_cast<size_t>(one.field)]},
                    {"bpf", one.reader},
                    {"sock_diag", one.sock_diag}});
    }
  }
  void OnGivenUp(CheckedField field) override {
    logger_.Warn("the BPF reader is wrong on this kernel: reading sockets by sock_diag from now on",
                 {{"field", kCheckedFieldNames[static_cast<size_t>(field)]}});
  }

 private:
  const Logger& logger_;
};

}  // namespace

SourceOpener Checked(SourceOpener open_reader, SourceOpener open_fallback, const Logger& logger) {
  return [open_reader = std::move(open_reader), open_fallback = std::move(open_fallback),
          &logger]() -> absl::StatusOr<std::unique_ptr<SocketSource>> {
    absl::StatusOr<std::unique_ptr<SocketSource>> reader = open_reader();
    if (!reader.ok()) return reader;
    return std::make_unique<CheckedSource>(
        CheckedSource::Parts{.reader = *std::move(reader),
                             .open_fallback = open_fallback,
                             .lookup = OpenSockDiagLookup(),
                             .observer = std::make_unique<LoggingObserver>(logger)});
  };
}

}  // namespace tcp_lifecycle
