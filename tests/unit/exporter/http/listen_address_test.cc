#include "exporter/http/listen_address.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "absl/strings/str_cat.h"
#include "collectors/base/unique_fd.h"

namespace tcp_lifecycle {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A port that somebody listens on, on 127.0.0.1.
class TakenPort {
 public:
  TakenPort() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    EXPECT_EQ(bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(listen(fd_.get(), 1), 0);
    EXPECT_EQ(getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
    port_ = ntohs(address.sin_port);
  }
  uint16_t port() const { return port_; }

 private:
  UniqueFd fd_;
  uint16_t port_ = 0;
};

TEST(ParseHostPortTest, SplitsHostAndPort) {
  EXPECT_EQ(ParseHostPort(":10460").value(), (HostPort{"", 10460}));
  EXPECT_EQ(ParseHostPort("localhost:80").value(), (HostPort{"localhost", 80}));
  EXPECT_EQ(ParseHostPort("192.0.2.1:0").value(), (HostPort{"192.0.2.1", 0}));
  EXPECT_EQ(ParseHostPort("[2001:db8::1]:65535").value(), (HostPort{"2001:db8::1", 65535}));
}

TEST(ParseHostPortTest, NamesWhatIsWrong) {
  for (const absl::string_view wrong :
       {"", "10460", "host", ":", "host:", ":65536", ":99999999999", ":-1", ":+1", ":80x", ": 80",
        "2001:db8::1:80", "[host]:80", "[::1]80", "[::1:80", "::1]:80", "a b:80", "a,b:80",
        "unix:/run/x"}) {
    const auto parsed = ParseHostPort(wrong);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << wrong;
    EXPECT_THAT(parsed.status().message(), HasSubstr(absl::StrCat("\"", wrong, "\"")));
  }
}

TEST(LocalUrlTest, EveryAddressOfTheMachineIsLocalhost) {
  EXPECT_EQ(LocalUrl(":10460"), "http://localhost:10460/");
  EXPECT_EQ(LocalUrl("0.0.0.0:80"), "http://localhost:80/");
  EXPECT_EQ(LocalUrl("[::]:80"), "http://localhost:80/");
}

TEST(LocalUrlTest, AnyOtherAddressIsItself) {
  EXPECT_EQ(LocalUrl("127.0.0.1:80"), "http://127.0.0.1:80/");
  EXPECT_EQ(LocalUrl("[::1]:80"), "http://[::1]:80/");
}

TEST(ListeningPortsTest, APortAloneListensOnBothFamilies) {
  EXPECT_THAT(ListeningPorts({":0"}).value(), ElementsAre("+0"));
  EXPECT_THAT(ListeningPorts({"[::]:0"}).value(), ElementsAre("+0"));
}

TEST(ListeningPortsTest, AHostNameIsResolved) {
  const auto ports = ListeningPorts({"localhost:0"});
  ASSERT_TRUE(ports.ok()) << ports.status();
  EXPECT_THAT(*ports, ::testing::Contains("127.0.0.1:0"));
}

TEST(ListeningPortsTest, ARepeatedAddressCountsOnce) {
  EXPECT_THAT(ListeningPorts({"127.0.0.1:0", "127.0.0.2:0", "127.0.0.1:0"}).value(),
              ElementsAre("127.0.0.1:0", "127.0.0.2:0"));
}

TEST(ListeningPortsTest, APortInUseIsNamed) {
  const TakenPort taken;
  const std::string address = absl::StrCat("127.0.0.1:", taken.port());
  const auto ports = ListeningPorts({address});
  EXPECT_EQ(ports.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(ports.status().message(),
              AllOf(HasSubstr(address), HasSubstr("Address already in use")));
}

TEST(ListeningPortsTest, APortInUseOnOneFamilyIsNoReasonToTakeTheOther) {
  const TakenPort taken;
  EXPECT_EQ(ListeningPorts({absl::StrCat(":", taken.port())}).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST(ListeningPortsTest, AnAddressOfAnotherMachineIsNamed) {
  const auto ports = ListeningPorts({"192.0.2.1:0"});
  EXPECT_EQ(ports.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(ports.status().message(), HasSubstr("192.0.2.1:0"));
}

TEST(ListeningPortsTest, AHostThatDoesNotResolveIsNamed) {
  const auto ports = ListeningPorts({"no-such-host.invalid:80"});
  EXPECT_EQ(ports.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(ports.status().message(), HasSubstr("no-such-host.invalid:80"));
}

}  // namespace
}  // namespace tcp_lifecycle
