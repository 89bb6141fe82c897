// What the BPF walk writes and user space reads; compiled on both sides: plain C, fixed widths, no
// pointers. The walk fills one buffer a piece, the reader empties it before it asks for the next.
#pragma once

#include <stdint.h>  // NOLINT(modernize-deprecated-headers): it is C as well

#define WIRE_RECORDS 32768  // of one run; a power of two, as the next
#define WIRE_REDO 256
// Sockets on one port and address among which bound-inactive ones are looked for, the newest first.
#define WIRE_OWNERS 1024

enum WireFamily {
  kWireIpv4 = 0,
  kWireIpv6 = 1,  // the addresses are in addresses6, at the index in local_address
  // A further record of a socket that has IP_LOCAL_PORT_RANGE: jiffies_left has the range, the
  // lower bound in the lower half; a bound of 0 is the namespace's.
  kWireOwnRange = 2,
};

enum WireFlag {
  kWireMinisocket = 1,    // of TIME_WAIT or FIN_WAIT2
  kWireKeepopen = 2,      // SO_KEEPALIVE
  kWireOrphan = 4,        // SOCK_DEAD: no program has it any more
  kWireUnaccepted = 8,    // no program has it yet
  kWireAutobound = 16,    // connect() chose its port
  kWireBoundToPort = 32,  // bind() was given its port; never of a minisocket
  kWireTimestamps = 64,   // of TIME_WAIT: the peer sent timestamps
  kWireBlocked = 128,     // no socket, but a port that no autobinding connect() takes
  // For TIME_WAIT, which has no SO_KEEPALIVE: Socket's kReusedNextSecond.
  kWireReusedNextSecond = kWireKeepopen,
  // For a bound-inactive socket, which has no peer: Socket's kV6Only.
  kWireV6Only = kWireTimestamps,
};

// From this bit on the flags of a record have the low bits of the inode number of its network
// namespace. The kernel gives these numbers in a row, so they tell 16 million apart.
enum { kWireNetnsShift = 8 };

// 32 bytes. Ports and IPv4 addresses as struct sock_common has them.
struct WireRecord {
  uint32_t remote_address, local_address;  // network order
  uint16_t remote_port;                    // network order
  uint16_t local_port;                     // host order
  uint32_t hash;                           // its bucket is hash & (buckets - 1)
  uint8_t state;                           // the kernel's number; 5 of a FIN_WAIT2 minisocket
  uint8_t timer;                           // as idiag_timer
  uint8_t retransmits;                     // as idiag_retrans
  uint8_t family;                          // WireFamily, of the tuple (mapped is IPv4); bits
  uint32_t flags;                          // WireFlag, and kWireNetnsShift
  uint32_t jiffies_left;                   // until the timer fires; 0 when it is due
  uint32_t scope;                          // interface it is bound to; of a port its VRF
};

struct WireAddresses6 {
  uint8_t local[16], remote[16];
};

struct WireBuffer {
  struct WireRecord records[WIRE_RECORDS];
  struct WireAddresses6 addresses6[WIRE_RECORDS];
};

// Filled by every run.
struct WireControl {
  uint32_t records, addresses6;
  uint32_t buckets;     // of the calling thread's table; 0 where it cannot be walked
  uint32_t overflow;    // the piece did not fit: its records are not whole
  uint32_t reached;     // the records are of the buckets before this one
  uint32_t redo_count;  // chains that led into another bucket: to be walked again
  uint32_t strangers;   // sockets met in a bucket not theirs, and left out
  uint32_t netns;       // inode number of the calling thread's network namespace
  uint64_t table;       // tells the tables of connected sockets apart
  uint64_t jiffies;     // when the run began, as the kernel counts: from -300 s modulo 2^32
  uint64_t uptime_ns;   // the same moment
  uint32_t redo[WIRE_REDO];
};

// What a run is asked for.
struct WireRequest {
  uint32_t first, end;       // buckets [first, end)
  uint32_t most_records;     // at most WIRE_RECORDS, at least 512
  uint32_t every_namespace;  // 1: of all that use the table; 0: of the calling thread's alone
  uint32_t most_bound;       // bound sockets that there are at most: no more are looked for
};
