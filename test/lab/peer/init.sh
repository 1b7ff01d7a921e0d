#!/bin/sh
# Process 1 of a User-Mode Linux kernel that is a real PPPoE peer: an access concentrator (rp-pppoe's pppoe-server with
# pppd) or a client (pppd). Its root is the machine's own file system, mounted read-only; what must be written lies on
# tmpfs. It is told what to be by KEY=VALUE words on the kernel's command line, which reach process 1 as environment;
# a value named *_B64 is base64, because the command line cannot carry spaces.
#
#   ROLE                   concentrator | client
#   MODULES                kernel modules to load besides those of PPP, comma-separated: 8021q,sch_netem,ip_gre,vxlan
#   USER_B64 PASSWORD_B64  the account, in chap-secrets and pap-secrets; USER is what a client calls itself
#   PPPD_OPTIONS_B64       pppd's options, one per line
#   SERVER_OPTIONS_B64     pppoe-server's options, words for the shell
#   CLIENT_MODE            kernel (pppoe.so) | user (pty 'pppoe -I vec0')
#   DEVICE                 the Ethernet interface that the role uses; vec0 unless it says otherwise
#
# Console (standard input and output), one command per line: `sh ID BASE64` runs a command of /bin/sh and is answered by
#   @begin ID / its output as base64 / @end ID EXITCODE
# `stop`, or the end of the input, powers off. /dev/tty1 carries what happens unasked, one `@event` line each.
export PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin HOME=/run
here=${0%/*}

if [ "$MOUNTED" != yes ]; then
  # Before /proc is the guest's own, hostfs shows the machine's: its /proc/self/exe, which busybox executes to run an
  # applet, is the User-Mode Linux kernel. Hence this shell for the mounts, and busybox's, with applets in it, after.
  /bin/busybox mount -a -T "$here/fstab" && MOUNTED=yes exec /bin/busybox sh "$0"
  exit 1
fi

prepare_files() {
  mkdir /run/peer /run/lock /run/ppp /dev/pts /dev/shm
  cp "$here"/*.sh /run/peer/ # before a tmpfs covers /tmp, where the project itself may lie
  mount -a -T "$here/fstab-late"
  # pppd hands these scripts: interface, tty, speed, local address, remote address
  for name in ip-up ip-down ipv6-up ipv6-down; do
    printf '#!/bin/sh\necho "@event %s pid=$PPPD_PID interface=$1 local=$4 remote=$5 dns=$DNS1,$DNS2" >/dev/tty1\n' \
      "$name" >"/run/ppp/$name"
  done
  : >/run/ppp/options
  user=$(echo "$USER_B64" | base64 -d)
  password=$(echo "$PASSWORD_B64" | base64 -d)
  printf '"%s" * "%s" *\n' "$user" "$password" >/run/ppp/chap-secrets
  cat /run/ppp/chap-secrets >/run/ppp/pap-secrets
  echo "$PPPD_OPTIONS_B64" | base64 -d >/run/peer/options
  : >/run/peer/pppd.log
  chmod 755 /run/ppp/ip-up /run/ppp/ip-down /run/ppp/ipv6-up /run/ppp/ipv6-down
  chmod 600 /run/ppp/chap-secrets /run/ppp/pap-secrets
}

start_role() {
  /run/peer/load.sh ppp_async ppp_synctty pppoe ipv6 $(echo "$MODULES" | tr , ' ') || return 1
  echo 1 >/proc/sys/net/ipv6/conf/vec0/disable_ipv6 # no neighbour discovery of its own beside the PPPoE frames
  [ -e /dev/ppp ] || mknod /dev/ppp c 108 0
  echo peer >/proc/sys/kernel/hostname # pppd's name in challenges
  ifconfig lo up
  ifconfig vec0 up
  export DEVICE=${DEVICE:-vec0} SERVER_OPTIONS=$(echo "$SERVER_OPTIONS_B64" | base64 -d) USER_NAME="$user" CLIENT_MODE
  case $ROLE in
    concentrator) /run/peer/serve.sh ;;
    client) ;; # dials when told to
    *) echo "unknown ROLE '$ROLE'"; return 1 ;;
  esac
}

answer() {
  echo "$2" | base64 -d >/run/peer/command
  /bin/sh /run/peer/command >/run/peer/output 2>&1 </dev/null
  code=$?
  echo "@begin $1"
  base64 /run/peer/output
  echo "@end $1 $code"
}

stty raw -echo # of the console: no echo, and lines of any length
dmesg -n 1 # the console is for answers; `dmesg` still tells
prepare_files
if start_role; then
  echo "@ready $ROLE"
  while read -r verb id argument; do
    case $verb in
      sh) answer "$id" "$argument" ;;
      stop) break ;;
    esac
  done
fi
# Nothing more is sent, and no frame comes while the kernel shuts down
kill -KILL -1
ifconfig vec0 down
sync
poweroff -f
