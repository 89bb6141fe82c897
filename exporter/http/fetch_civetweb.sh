#!/bin/sh
# Fetches the distribution's source package of civetweb and unpacks it: fetch_civetweb.sh DIRECTORY.
# civetweb.cmake calls it once; a packager may call it by hand. Needs apt and dpkg-dev, not root.
#
# The user's apt configuration and package lists are left alone: the source lists are copied with
# the type deb-src into a private directory, and all that apt writes goes there too. apt checks the
# signatures as it always does. DIRECTORY appears whole or not at all.
set -eu

directory=$1
mkdir -p "$(dirname "$directory")"
work=$(mktemp -d "$(cd "$(dirname "$directory")" && pwd)/civetweb-fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$work"
mkdir -p "$work/sources" "$work/lists/partial" "$work/cache/archives/partial" "$work/package"
if [ "$(id -u)" = 0 ]; then
  chown _apt "$work/package" || true  # root's apt downloads as this user where it can
fi

for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  if [ -r "$list" ]; then
    sed -n 's/^[[:space:]]*deb[[:space:]]/deb-src /p' "$list" >"$work/sources/$(basename "$list" .list).list"
  fi
done
for list in /etc/apt/sources.list.d/*.sources; do
  if [ -r "$list" ]; then
    sed 's/^Types:.*/Types: deb-src/' "$list" >"$work/sources/$(basename "$list")"
  fi
done

# The hooks are for the system's own lists.
cat >"$work/apt.conf" <<CONF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$work/sources";
Dir::State::lists "$work/lists";
Dir::Cache "$work/cache";
CONF

cd "$work/package"
# A list that has no source packages is no reason to stop: what counts is whether one has this one.
apt-get --config-file="$work/apt.conf" -qq update || true
apt-get --config-file="$work/apt.conf" -qq source --only-source --download-only civetweb </dev/null
# --no-check: apt has compared every file with the signed index; the maintainer's key is not here.
dpkg-source --no-check --extract ./*.dsc "$work/tree"
mv -T "$work/tree" "$directory"
