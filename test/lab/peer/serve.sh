#!/bin/busybox sh
# Starts the access concentrator: pppoe-server, which starts one pppd (and one pppoe) per session.
# -F keeps pppoe-server in the foreground, so that its process id is known.
eval "set -- $SERVER_OPTIONS"
pppoe-server -F -I "$DEVICE" -O /run/peer/options -q /usr/sbin/pppd "$@" >>/run/peer/server.log 2>&1 </dev/null &
echo $! >/run/peer/server.pid
# Its packet socket, by protocol and interface: from now on it hears a PADI.
until grep -Eq " 8863 +$(cat "/sys/class/net/$DEVICE/ifindex") " /proc/net/packet; do usleep 10000; done
