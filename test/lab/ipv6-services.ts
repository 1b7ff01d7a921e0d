// What a provider's IPv6 takes beyond pppd: a router that advertises a prefix, and a DHCPv6 server that delegates one.
import type { Concentrator } from './lab';

/**
 * Starts radvd, which advertises 2001:db8:1::/64, and WIDE's dhcp6s on ppp0 of an access concentrator. To the client with
 * this MAC address in its DUID-LL it leases 2001:db8:0:1::100 and delegates 2001:db8:1:100::/56.
 */
export async function serveIpv6(concentrator: Concentrator, mac: string): Promise<void> {
  await concentrator.run(`
    mkdir -p /run/ipv6 && mount -t tmpfs tmpfs /var/lib/dhcpv6
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
    ip -6 address add 2001:db8:1::1/64 dev ppp0
    cat >/run/ipv6/radvd.conf <<EOF
    interface ppp0 {
      AdvSendAdvert on; AdvManagedFlag on; AdvLinkMTU 1480; MaxRtrAdvInterval 10;
      prefix 2001:db8:1::/64 { AdvPreferredLifetime 3600; AdvValidLifetime 7200; };
      RDNSS 2001:db8::53 { };
    };
EOF
    cat >/run/ipv6/dhcp6s.conf <<EOF
    option domain-name-servers 2001:db8::54;
    host lab {
      duid 00:03:00:01:${mac};
      prefix 2001:db8:1:100::/56 3600 7200;
      address 2001:db8:0:1::100 3600 7200;
    };
EOF
    radvd -C /run/ipv6/radvd.conf -p /run/ipv6/radvd.pid -m logfile -l /run/ipv6/radvd.log
    dhcp6s -D -f -c /run/ipv6/dhcp6s.conf -P /run/ipv6/dhcp6s.pid ppp0 >/run/ipv6/dhcp6s.log 2>&1 </dev/null &
  `);
}
