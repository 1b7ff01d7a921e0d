#!/bin/sh
# Installs the Debian packages that the lab's real peers, and what other tests need beside it, come from. Run as root; does nothing when all are installed.
set -eu
packages='user-mode-linux ppp pppoe busybox-static iproute2 tcpdump tshark radvd wide-dhcpv6-server dhcpcd-base freeradius freeradius-utils'
# What compiles raw-socket for the versions of Node.js that it has no binary for.
packages="$packages g++ make python3"
# The broker that the test of the example mqtt-home-assistant starts.
packages="$packages mosquitto"

missing=
for package in $packages; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing="$missing $package"
done
[ "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
  echo "The lab needs these packages:$missing. Run $0 as root to install them." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # a list of words
apt-get install -y -qq --no-install-recommends $missing
