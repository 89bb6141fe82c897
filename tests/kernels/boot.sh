#!/usr/bin/env bash
# Boots what fetch.sh made and runs a script in it as root: boot.sh DIR SCRIPT
#
# The machine's own root is there read-only, under an overlay in memory; SCRIPT is an absolute path.
# Its output, then "machine: status N". Emulated, so no /dev/kvm is needed, and everything is 10 to
# 30 times slower. SECONDS_AT_MOST, CPUS and MIB set the limits.
set -euo pipefail
dir=$1 script=$2
# What costs most in emulation is left out: mitigations, wide vectors, watching the clock.
exec timeout "${SECONDS_AT_MOST:-600}" qemu-system-x86_64 -accel tcg,tb-size=512 -cpu Nehalem \
  -smp "${CPUS:-1}" -m "${MIB:-1536}" -nographic -nic none -no-reboot \
  -kernel "$dir/vmlinuz" -initrd "$dir/initrd" \
  -append "console=ttyS0 quiet panic=-1 loglevel=3 mitigations=off tsc=reliable nowatchdog job=$script" \
  -fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap \
  -device virtio-9p-pci,fsdev=host,mount_tag=host </dev/null
