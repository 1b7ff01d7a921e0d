#!/bin/sh
# Installs the browser that the editor tests drive. Run as root on Debian; does nothing when it is installed.
set -eu
[ -x /usr/bin/chromium ] && exit 0
if [ "$(id -u)" != 0 ]; then
  echo "The editor tests need Debian's chromium. Run $0 as root to install it." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium
