// make_sockets ESTABLISHED TIME_WAIT DESTINATIONS [INBOUND]: fills the network namespace it runs in
// with that many sockets towards that many addresses, and INBOUND more from as many clients, says
// READY, and keeps them until standard input ends. For each number that it reads there it makes so
// many TIME_WAIT sockets more, in place of those that have expired, and says READY again.
//
// ESTABLISHED sockets come from TCP_REPAIR without a packet (needs CAP_NET_ADMIN), one in ten IPv4
// mapped, half with keepalive, their ports chosen by connect(); TIME_WAIT ones from real
// connections over the loopback, closed by their client, which the kernel keeps for 60 seconds.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

// Below those that connect() chooses: a client that has a listener's port looks like its server.
constexpr uint16_t kServerPort = 900;
constexpr uint16_t kClientPort = 40000;
constexpr long kPortsPerSource = 50000;

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::_Exit(1);
}

// 127.x.y.z, and the addresses after it.
uint32_t Loopback(uint32_t x, uint32_t number) { return htonl((0x7f000000u | x << 16) + number); }

constexpr long kMostDestinations = 2000000;
// The second byte of the addresses. Twice kMostDestinations fit between two of them: two programs
// with other numbers of destinations have other ones.
constexpr uint32_t kLocal = 1, kEstablishedPeers = 32, kTimeWaitPeers = 96, kClients = 160;

sockaddr_in Address(uint32_t address, uint16_t port) {
  sockaddr_in made = {};
  made.sin_family = AF_INET;
  made.sin_addr.s_addr = address;
  made.sin_port = htons(port);
  return made;
}

sockaddr_in6 Mapped(uint32_t address, uint16_t port) {
  sockaddr_in6 made = {};
  made.sin6_family = AF_INET6;
  made.sin6_port = htons(port);
  made.sin6_addr.s6_addr[10] = made.sin6_addr.s6_addr[11] = 0xff;
  std::memcpy(&made.sin6_addr.s6_addr[12], &address, sizeof address);
  return made;
}

template <typename SocketAddress>
void BindAndConnect(int fd, const SocketAddress& local, const SocketAddress& remote) {
  if (bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) Die("bind");
  if (connect(fd, reinterpret_cast<const sockaddr*>(&remote), sizeof remote) != 0) Die("connect");
}

int RepairSocket(int family) {
  const int one = 1;
  const int fd = socket(family, SOCK_STREAM, 0);
  if (fd < 0) Die("socket");
  if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &one, sizeof one) != 0) Die("TCP_REPAIR");
  return fd;
}

void MakeEstablished(long number, long destinations) {
  const int one = 1;
  const bool mapped = number % 10 == 0;
  const int fd = RepairSocket(mapped ? AF_INET6 : AF_INET);
  if (number / destinations % 2 == 0) setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
  if (setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one) != 0) {
    Die("IP_BIND_ADDRESS_NO_PORT");
  }
  const long of_destination = number / destinations;
  const uint32_t local =
      Loopback(kLocal, static_cast<uint32_t>(2 + of_destination / kPortsPerSource));
  const uint32_t remote =
      Loopback(kEstablishedPeers, static_cast<uint32_t>(destinations + number % destinations));
  if (mapped) {
    BindAndConnect(fd, Mapped(local, 0), Mapped(remote, kServerPort));
  } else {
    BindAndConnect(fd, Address(local, 0), Address(remote, kServerPort));
  }
}

void MakeInbound(long number) {
  BindAndConnect(RepairSocket(AF_INET), Address(Loopback(kLocal, 1), kServerPort),
                 Address(Loopback(kClients, static_cast<uint32_t>(2 + number)), kClientPort));
}

// As many as one process may hold in each child.
template <typename Make>
void MakeAll(long count, Make make) {
  rlimit files = {};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  const long per_child = static_cast<long>(files.rlim_max) - 100;
  for (long made = 0; made < count; made += per_child) {
    int ready[2];
    if (pipe(ready) != 0) Die("pipe");
    const pid_t child = fork();
    if (child < 0) Die("fork");
    if (child == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (long i = made; i < made + per_child && i < count; ++i) make(i);
      if (write(ready[1], "k", 1) != 1) Die("write");
      pause();
    }
    close(ready[1]);
    char answer;
    if (read(ready[0], &answer, 1) != 1) Die("a child failed");
    close(ready[0]);
  }
}

int Listen() {
  const int one = 1;
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  const sockaddr_in any = Address(INADDR_ANY, kServerPort);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0) Die("bind");
  if (listen(listener, 128) != 0) Die("listen");
  return listener;
}

// The sockets `first` to `end`.
void MakeTimeWait(int listener, long first, long end, long destinations) {
  for (long i = first; i < end; ++i) {
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in server =
        Address(Loopback(kTimeWaitPeers, static_cast<uint32_t>(2 + i % destinations)), kServerPort);
    if (connect(client, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) {
      Die("connect");
    }
    const int accepted = accept(listener, nullptr, nullptr);
    if (accepted < 0) Die("accept");
    close(client);
    close(accepted);
  }
}

}  // namespace

int main(int argc, char** argv) {
  long counts[4] = {};  // in the order of the arguments
  bool good = argc == 4 || argc == 5;
  for (int i = 1; good && i < argc; ++i) {
    counts[i - 1] = std::strtol(argv[i], nullptr, 10);
    good = counts[i - 1] >= 0;
  }
  const auto [established, time_wait, destinations, inbound] = counts;
  if (!good || destinations < 1 || destinations > kMostDestinations ||
      inbound > kMostDestinations) {
    std::fprintf(stderr,
                 "usage: make_sockets ESTABLISHED TIME_WAIT DESTINATIONS [INBOUND]\n"
                 "at most %ld DESTINATIONS and INBOUND\n",
                 kMostDestinations);
    return 1;
  }
  MakeAll(established, [&](long i) { MakeEstablished(i, destinations); });
  MakeAll(inbound, MakeInbound);
  const int listener = time_wait > 0 || inbound > 0 ? Listen() : -1;
  long made = 0;
  long wanted = time_wait;
  do {
    MakeTimeWait(listener, made, made + wanted, destinations);
    made += wanted;
    std::puts("READY");
    std::fflush(stdout);
  } while (std::scanf("%ld", &wanted) == 1);
  return 0;
}
