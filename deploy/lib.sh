# shellcheck shell=bash
# What quickstart.sh and tests/run.sh share: messages, and packages installed from the lists. Sourced.

say() { printf '==> %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this needs root, and sudo is not here: $*"
  fi
}

# missing_packages LIST...: the packages of the lists that are neither installed nor made unneeded.
missing_packages() {
  local package command
  sed -e 's/#.*//' "$@" | while read -r package command; do
    [ -n "$package" ] || continue
    [ -n "$command" ] && command -v "$command" >/dev/null && continue
    # shellcheck disable=SC2016  # the format is dpkg-query's, not the shell's
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      echo "$package"
  done
}

# The daemons that start at boot, read from the disk: works where systemd does not run.
enabled_units() {
  find /etc/systemd/system/multi-user.target.wants -name '*.service' -printf '%f\n' 2>/dev/null | sort
}

# install_packages LIST...: installs what is missing, and nothing when nothing is.
#
# A package of a daemon starts it and enables it for the next boot. Here they are wanted for their
# programs alone: SYSTEMD_OFFLINE makes systemctl ignore every start during this installation (it is
# made for package scripts, and leaves no file behind as a policy-rc.d would when this is killed),
# and daemons that the installation enabled are disabled again. What ran and was enabled stays so.
install_packages() {
  local missing before enabled
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    die "no apt-get here. Install what these name by your own means: $*; then build with" \
      "'cmake --preset release && cmake --build --preset release'"
  fi
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0

  say "installing: ${missing[*]}"
  before=$(enabled_units || true)
  as_root apt-get update -qq || say "apt-get update failed; going on with the package lists there are"
  as_root env DEBIAN_FRONTEND=noninteractive SYSTEMD_OFFLINE=1 \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 ||
    die "apt-get could not install: ${missing[*]}"
  mapfile -t enabled < <(comm -13 <(printf '%s\n' "$before") <(enabled_units))
  if [ "${#enabled[@]}" -gt 0 ]; then
    say "keeping out of the next boot: ${enabled[*]}"
    as_root systemctl --root=/ --quiet disable "${enabled[@]}"
  fi
}

# build PRESET [TARGET...]: configures once, builds what changed.
build() {
  local preset=$1
  shift
  say "building preset $preset"
  cmake --preset "$preset" >/dev/null
  # Not to standard output: that is the exporter's, as for `quickstart.sh --once`.
  cmake --build --preset "$preset" ${1:+--target "$@"} >&2
}
