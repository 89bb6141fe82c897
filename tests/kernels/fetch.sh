#!/usr/bin/env bash
# Makes DIR/vmlinuz and DIR/initrd from the newest amd64 kernel of a Debian suite:
# fetch.sh SUITE DIR [--now]
#
# The mirror is that of the machine's own apt sources, the signatures are checked with Debian's
# keyring, and apt's lists and configuration stay as they are. What is there already is used for a
# day without asking the mirror; --now asks. Without the mirror an older copy is used, and named;
# without that the exit status is 75.
# init is what boots; DIR/version names the package's version, DIR/release is what `uname -r` says.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
suite=$1 dir=$(realpath -m "$2") now=${3:-}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
# For scenarios: links, sock_diag, conntrack and NAT, VRFs. Missing ones are no error.
modules=(virtio_pci 9pnet_virtio 9p overlay veth dummy bridge vrf tcp_diag inet_diag nf_conntrack
  nf_conntrack_netlink nft_counter nft_masq nft_chain_nat nft_redir nft_compat ip_tables iptable_nat xt_nat
  xt_MASQUERADE xt_tcpudp xt_conntrack)

say() { printf '%s: %s\n' "$suite" "$*" >&2; }
made_by=$(cat "${BASH_SOURCE[0]}" "$here/init" | sha256sum | cut -c 1-16)
is_whole() { [ -e "$dir/initrd" ] && [ "$(cat "$dir/made_by" 2>/dev/null)" = "$made_by" ]; }

if is_whole && [ -z "$now" ] && [ -n "$(find "$dir/asked" -mmin -1440 2>/dev/null)" ]; then exit; fi

# Everything but the result is in a directory of its own, which user _apt can read.
work=$(mktemp -d /var/tmp/tle-kernel.XXXXXX)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$dir" "$work"/{lists/partial,archives/partial,img,ram}
cd "$work"

mirror=$(cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list /etc/apt/sources.list.d/* \
  2>/dev/null |
  awk '/^URIs:/ {print $2; exit} /^deb / {sub(/\[[^]]*\] */, ""); print $2; exit}' || true)
source_of() { echo "deb [arch=amd64 signed-by=$keyring] $1 $2 main"; }
apt=(-q -o "Dir::Etc::sourcelist=$work/sources" -o Dir::Etc::sourceparts=-
  -o "Dir::State::lists=$work/lists" -o "Dir::Cache::archives=$work/archives"
  -o "Dir::Cache::pkgcache=$work/pkgcache" -o "Dir::Cache::srcpkgcache=$work/srcpkgcache"
  -o Acquire::Languages=none
  -o Acquire::Retries=2 -o Acquire::http::Timeout=20 -o APT::Update::Error-Mode=any)
chown _apt lists/partial archives archives/partial . 2>/dev/null || true

update() { apt-get "${apt[@]}" update >update.log 2>&1; }
# Stable updates come by way of the security archive, which not every suite and mirror has.
{ source_of "$mirror" "$suite" && source_of "$mirror-security" "$suite-security"; } >sources
if ! update && { source_of "$mirror" "$suite" >sources && ! update; }; then
  say "the mirror cannot be reached: $(grep -E '^(E|W|Err)' update.log | head -n 1)"
  is_whole || exit 75
  say "using the copy of $(cat "$dir/version")"
  exit
fi

depends() { # PACKAGE PATTERN: the packages of that name that it depends on
  apt-cache "${apt[@]}" depends "$1" | sed -nE "s/^ *Depends: ($2)$/\1/p" | sort -u
}
image=$(depends linux-image-amd64 'linux-image-[0-9].*' 2>/dev/null | tail -n 1 || true)
[ -n "$image" ] || { say "the suite has no linux-image-amd64"; exit 75; }
version=$(apt-cache "${apt[@]}" show "$image" | sed -n 's/^Version: //p' | head -n 1)
if is_whole && [ "$(cat "$dir/version")" = "$version" ]; then
  touch "$dir/asked"
  exit
fi

# Since 7.x the image is split.
mapfile -t parts < <(depends "$image" 'linux-(binary|modules)-[0-9].*')
(cd archives && apt-get "${apt[@]}" download "$image" "${parts[@]}" >../download.log 2>&1) || {
  say "not downloaded: $(grep -E '^(E|W|Err)' download.log | head -n 1)"
  exit 75
}
for package in archives/*.deb; do
  dpkg-deb -x "$package" img
  rm "$package"
done
[ -e img/lib/modules ] || ln -sfn usr/lib img/lib
release=$(ls img/lib/modules)
depmod -b img "$release" 2>/dev/null

mkdir -p ram/{bin,modules,lower,newroot,proc,sys,dev,tmp}
cp "$(command -v busybox)" ram/bin/busybox
cp "$here/init" ram/init
for module in "${modules[@]}"; do
  modprobe -d img -S "$release" --show-depends "$module" 2>/dev/null |
    awk '$1 == "insmod" {print $2}' || true
done | awk '!seen[$0]++' | while read -r file; do
  name=$(basename "$file" | sed -E 's/\.(xz|zst)$//')
  case $file in
    *.xz) xz -dc "$file" ;;
    *.zst) zstd -qdc "$file" ;;
    *) cat "$file" ;;
  esac >"ram/modules/$name"
  echo "$name" >>ram/modules/order
done
(cd ram && find . | cpio -o -H newc --quiet | gzip -1) >initrd

# made_by comes last: what is not whole is made again.
rm -f "$dir/made_by"
cp "$(find img -name 'vmlinuz*' | head -n 1)" "$dir/vmlinuz"
mv initrd "$dir/initrd"
echo "$version" >"$dir/version"
echo "$release" >"$dir/release"
touch "$dir/asked"
echo "$made_by" >"$dir/made_by"
say "fetched $version"
