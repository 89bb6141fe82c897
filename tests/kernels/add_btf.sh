#!/usr/bin/env bash
# Adds to btf/ what the BPF programs read of a kernel's BTF, so that btf_test.py tries that kernel
# without booting it: add_btf.sh            the running kernel
#                     add_btf.sh SUITE      the newest kernel of a Debian suite
#                     add_btf.sh FILE NAME  a vmlinux, a vmlinuz or a raw BTF; NAME its version
# The test then says which of its expectations the new kernel needs.
set -euo pipefail
export LC_ALL=C  # for grep: bytes
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
if [ $# -eq 1 ] && [ -e "$1" ]; then
  echo "usage: add_btf.sh [SUITE | FILE NAME]" >&2
  exit 2
fi
file=${1:-/sys/kernel/btf/vmlinux} name=${2:-$(uname -r)}
if [ $# -eq 1 ]; then
  kernel=$here/../../build/kernels/$1
  "$here/fetch.sh" "$1" "$kernel"
  file=$kernel/vmlinuz name=$(cat "$kernel/version")
fi
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

magic_of() { head -c 4 "$1" | od -An -tx1 | tr -d ' \n'; }
dump_btf() { objcopy --dump-section ".BTF=$work/btf" "$1" /dev/null 2>/dev/null; }
# A vmlinuz holds the vmlinux somewhere, compressed.
unpack() { # FILE MAGIC COMMAND...
  local at
  while read -r at; do
    tail -c "+$((at + 1))" "$1" | "${@:3}" >"$work/vmlinux" 2>/dev/null || true
    if dump_btf "$work/vmlinux"; then return 0; fi
  done < <(grep -abo -P "$2" "$1" | cut -d : -f 1)
  return 1
}
if [[ $(magic_of "$file") == 9feb* ]]; then
  cp "$file" "$work/btf"
elif ! dump_btf "$file" && ! unpack "$file" '\xfd7zXZ\x00' xz -dc --single-stream &&
  ! unpack "$file" '\x28\xb5\x2f\xfd' zstd -qdc && ! unpack "$file" '\x1f\x8b\x08' gzip -dc; then
  echo "$file has no BTF" >&2
  exit 1
fi
name=${name%%-*}
mkdir -p "$here/btf"
/usr/bin/python3 -B "$here/reduce_btf.py" "$work/btf" "$work/reduced"
xz -9e -c "$work/reduced" >"$here/btf/$name.btf.xz"
echo "added btf/$name.btf.xz" >&2
