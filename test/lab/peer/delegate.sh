#!/bin/busybox sh
# Asks for a prefix over an IPv6 session (RFC 8415 §6.3), of which the loopback interface gets the first /64. Argument: the
# session's interface. What dhcpcd gets is told as an event; `dhcpcd -k` with the interface gives it back.
mkdir /run/peer/dhcpcd
mount -t tmpfs tmpfs /var/lib/dhcpcd # its leases; the root is read-only
echo "00:03:00:01:$(cat "/sys/class/net/$DEVICE/address")" >/var/lib/dhcpcd/duid # DUID-LL: the session has no address for it
cat >/run/peer/dhcpcd/event.sh <<'END'
#!/bin/sh
[ "$reason" = BOUND6 ] || exit 0
prefix=$new_dhcp6_ia_pd1_prefix1/$new_dhcp6_ia_pd1_prefix1_length
echo "@event dhcpv6 interface=$interface prefix=$prefix dns=$new_dhcp6_name_servers" >/dev/tty1
END
chmod 755 /run/peer/dhcpcd/event.sh
cat >/run/peer/dhcpcd/conf <<END
duid
ipv6only
noipv6rs
nodelay
allowinterfaces $1 lo
script /run/peer/dhcpcd/event.sh
interface $1
iaid 1
ia_pd 1 lo/0/64
option domain_name_servers
END
dhcpcd -B -d -f /run/peer/dhcpcd/conf "$1" >/run/peer/dhcpcd/log 2>&1 </dev/null &
