#!/usr/bin/env bash
# Installs what `npm run test:services` needs on Debian 12: Redis, PostgreSQL 15 and pgvector 0.8.
# With --browser also Chromium, which `npm run test:browser` needs.
#
# Safe to run again: what is there already is left alone. No server is started and the
# machine's package sources stay as they are. pgvector is not in Debian 12, so it is built
# from the source package of the next release, taken from the mirror that the machine uses.
set -euo pipefail

usage() {
  echo "usage: $0 [--browser]" >&2
  exit 64
}

with_browser=no
for argument in "$@"; do
  case "$argument" in
    --browser) with_browser=yes ;;
    *) usage ;;
  esac
done

if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null; then exec sudo -- bash "$0" "$@"; fi
  echo "$0: must run as root" >&2
  exit 77
fi

if ! grep -qs '^VERSION_CODENAME=bookworm$' /etc/os-release; then
  echo "$0: this is not Debian 12 (bookworm), which is the release with postgresql-15" >&2
  exit 69
fi

export DEBIAN_FRONTEND=noninteractive
work=$(mktemp -d /tmp/pup-services.XXXXXX)
policy=/usr/sbin/policy-rc.d
made_policy=no
clean_up() {
  rm -rf "$work"
  if [ "$made_policy" = yes ]; then rm -f "$policy"; fi
}
trap clean_up EXIT

installed() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_packages() {
  local missing=()
  for package in "$@"; do installed "$package" || missing+=("$package"); done
  if [ "${#missing[@]}" -eq 0 ]; then return; fi
  echo "installing ${missing[*]}"
  # The tests start their own servers on free ports, so the packages must not start theirs.
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    made_policy=yes
  fi
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$work/apt.log" 2>&1 || {
    cat "$work/apt.log" >&2
    exit 1
  }
}

# The first Debian archive in the machine's own sources, in either of apt's two formats.
# `URIs` in a deb822 file may hold several, and a one-line entry may carry [options].
debian_mirror() {
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(ORIGIN)' 2>/dev/null |
    awk '$2 == "bookworm" || $2 == "oldstable" { sub(/\/$/, "", $1); print $1; exit }'
}

install_pgvector() {
  local extension_dir
  extension_dir="$("$pg_config" --sharedir)/extension"
  if grep -qs "^default_version = '0\.8" "$extension_dir/vector.control"; then return; fi

  local mirror
  mirror=$(debian_mirror)
  if [ -z "$mirror" ]; then
    echo "$0: apt's sources name no Debian archive for bookworm" >&2
    exit 69
  fi
  echo "building pgvector from the source package of $mirror (trixie)"

  # apt's state for the other release lives in the work folder, so the machine's stays untouched.
  mkdir -p "$work/lists/partial" "$work/source"
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/trixie.list"
  local apt_trixie=(
    -o "Dir::Etc::SourceList=$work/trixie.list"
    -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$work/lists"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
    -o APT::Sandbox::User=root
  )
  apt-get -qq "${apt_trixie[@]}" update
  (cd "$work/source" && apt-get -qq "${apt_trixie[@]}" source --download-only pgvector)
  tar --extract --file "$work"/source/pgvector_*.orig.tar.* --directory "$work/source"
  # OPTFLAGS="" leaves out -march=native: the library may be copied to another machine.
  (cd "$work"/source/pgvector-*/ &&
    make -s OPTFLAGS="" PG_CONFIG="$pg_config" with_llvm=no >"$work/make.log" 2>&1 &&
    make -s install PG_CONFIG="$pg_config" with_llvm=no >>"$work/make.log" 2>&1) || {
    cat "$work/make.log" >&2
    exit 1
  }
}

install_packages redis-server postgresql-15 postgresql-server-dev-15 make gcc libc6-dev
if [ "$with_browser" = yes ]; then install_packages chromium fonts-dejavu-core; fi

pg_config=/usr/lib/postgresql/15/bin/pg_config
install_pgvector

echo "redis-server $(redis-server --version | sed 's/.*v=\([0-9.]*\).*/\1/')," \
  "$("$pg_config" --version)," \
  "pgvector $(sed -n "s/^default_version = '\(.*\)'/\1/p" "$("$pg_config" --sharedir)/extension/vector.control")"
if [ "$with_browser" = yes ]; then chromium --version; fi
