// Tells which network namespace the exporter itself lives in and how the page calls it. main asks
// once, at start.
#pragma once

#include "collectors/kernel/procfs/proc_files.h"
#include "collectors/model/netns.h"

namespace tcp_lifecycle {

// `host` when PID 1 below `files` shares the exporter's namespace, else, and when PID 1 is hidden
// (hidepid), `self`.
//
// Reading the link PID/ns/net needs the rights of a debugger, but anyone may stat PID/net/tcp: its
// inode number is the namespace's own entry, and the same one in every mount of proc. So a host's
// /proc mounted into a container compares too, even where that mount has no entry for the exporter
// (`self` does not resolve in a mount of another PID namespace): then the exporter's entry is
// looked up in its own /proc. net/ and sys/net/ of such a mount: the first does not resolve either,
// the second is the reader's own as everywhere.
Netns FindOwnNetns(const ProcFiles& files);

}  // namespace tcp_lifecycle
