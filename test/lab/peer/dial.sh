#!/bin/busybox sh
# Starts one client session: pppd with the kernel's PPPoE, or over the program pppoe. Further arguments go to pppd, where
# they count more than the client's own options. Its end is told as an event; its process id is printed.
if [ "$CLIENT_MODE" = user ]; then
  set -- pty "/usr/sbin/pppoe -I $DEVICE" "$@"
else
  set -- plugin pppoe.so "nic-$DEVICE" "$@"
fi
rm -f /run/peer/client.pid
{
  pppd user "$USER_NAME" file /run/peer/options "$@" nodetach >>/run/peer/client.log 2>&1 </dev/null &
  pid=$!
  echo $pid >/run/peer/client.new && mv /run/peer/client.new /run/peer/client.pid
  wait $pid
  echo "@event exit pid=$pid code=$?" >/dev/tty1
} &
until [ -e /run/peer/client.pid ]; do usleep 10000; done
cat /run/peer/client.pid
