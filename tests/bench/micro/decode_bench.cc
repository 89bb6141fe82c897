// What one socket costs on its way from the kernel's bytes to the model: a record of the BPF walk,
// and a message of a sock_diag dump with the walking of the datagram that it came in.

#include <benchmark/benchmark.h>

#include <linux/inet_diag.h>

#include <memory>
#include <utility>
#include <vector>

#include "collectors/kernel/bpf/decode_record.h"
#include "collectors/kernel/sock_diag/decode_message.h"
#include "collectors/kernel/sock_diag/netlink.h"
#include "tests/bench/micro/many_sockets.h"
#include "tests/unit/collectors/kernel/bpf/fake_walk.h"
#include "tests/unit/collectors/kernel/sock_diag/messages.h"

namespace tcp_lifecycle {
namespace {

constexpr uint8_t kEstablished = 1, kTimeWait = 6;  // as the kernel numbers them
constexpr uint8_t kTimeWaitTimer = 3;
constexpr uint32_t kTicksPerSecond = 250;
constexpr uint64_t kCgroup = 4242;

void DecodeBpfRecord(benchmark::State& state, WireFamily family) {
  const auto buffer = std::make_unique<WireBuffer>();
  for (uint32_t i = 0; i < kSockets; ++i) {
    WireRecord& record = buffer->records[i];
    record = RecordOf(static_cast<uint16_t>(32768 + i));
    record.flags = kWireAutobound;
    if (i % 2 == 0) {
      record.state = kTimeWait;
      record.timer = kTimeWaitTimer;
      record.flags |= kWireMinisocket;
      record.jiffies_left = 100 + i;
    }
    record.family = family;
    if (family == kWireIpv6) record.local_address = i;
  }
  std::vector<Socket> batch(kBatch);
  size_t at = 0;
  for (auto _ : state) {
    for (size_t i = 0; i < kBatch; ++i) {
      benchmark::DoNotOptimize(
          DecodeRecord(buffer->records[at + i], *buffer, kTicksPerSecond, 0, batch[i]));
    }
    benchmark::ClobberMemory();
    at = (at + kBatch) % kSockets;
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kBatch));
  state.SetLabel("socket");
}
BENCHMARK_CAPTURE(DecodeBpfRecord, ipv4, kWireIpv4);
BENCHMARK_CAPTURE(DecodeBpfRecord, ipv6, kWireIpv6);

// A row and the attributes that the kernel sends unasked; none with TIME_WAIT.
Bytes DumpedRow(uint8_t family, uint16_t number) {
  RowOptions row = {.family = family, .state = kEstablished, .remote_port = number};
  if (family == AF_INET6) row.local = row.remote = "2001:db8::1";
  if (number % 2 != 0) {
    const Bytes shutdown = Attribute(INET_DIAG_SHUTDOWN, BytesOf(uint8_t{0}));
    const Bytes options = Attribute(INET_DIAG_SOCKOPT, BytesOf(inet_diag_sockopt{}));
    return Row(row) + shutdown + options + Attribute(INET_DIAG_CGROUP_ID, BytesOf(kCgroup));
  }
  row.state = kTimeWait;
  row.timer = kTimeWaitTimer;
  row.expires = 1000u + number;
  row.inode = 0;
  return Row(row);
}

void DecodeSockDiag(benchmark::State& state, uint8_t family) {
  Bytes datagram;
  for (uint16_t i = 0; i < kBatch; ++i) {
    datagram = std::move(datagram) + Message(DumpedRow(family, i));
  }
  std::vector<Socket> batch(kBatch);
  for (auto _ : state) {
    NetlinkMessages messages(datagram);
    size_t decoded = 0;
    for (NetlinkMessage message; messages.Next(message);) {
      benchmark::DoNotOptimize(DecodeSocket(message.payload, batch[decoded++]));
    }
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kBatch));
  state.SetLabel("socket");
}
BENCHMARK_CAPTURE(DecodeSockDiag, ipv4, AF_INET);
BENCHMARK_CAPTURE(DecodeSockDiag, ipv6, AF_INET6);

}  // namespace
}  // namespace tcp_lifecycle
