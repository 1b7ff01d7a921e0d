/* What the kernel says of network interfaces, and when it says something new. */
#define _GNU_SOURCE

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "port.h"

/* What the messages say is asked of the kernel afterwards: that is right even when some of them were lost (ENOBUFS). */
static void receive_changes(Port *port) {
  uint8_t message[8192];
  for (int i = 0; i < 64; i++) {
    if (recv(port->fd, message, sizeof message, MSG_DONTWAIT) < 0 && errno != ENOBUFS) break;
  }
  napi_handle_scope scope;
  if (napi_open_handle_scope(port->env, &scope) != napi_ok) return;
  port_call(port, 0, NULL);
  napi_close_handle_scope(port->env, scope);
}

napi_value watch_interfaces(napi_env env, napi_callback_info info) {
  napi_value argv[1];
  if (!get_arguments(env, info, 1, argv)) return NULL;
  if (!is_function(env, argv[0])) return type_error(env, "onChange must be a function");
  struct sockaddr_nl groups = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
  Port *port = calloc(1, sizeof *port);
  if (fd < 0 || port == NULL || bind(fd, (struct sockaddr *)&groups, sizeof groups) != 0) {
    int error = errno;
    if (fd >= 0) close(fd);
    free(port);
    return system_error(env, "netlink", error);
  }
  port->fd = fd;
  port->receive = receive_changes;
  return port_open(env, port, argv[0]);
}

/* ioctl and not /sys: that shows the namespace of the mount, not always the one that this process is in. */
napi_value interface_state(napi_env env, napi_callback_info info) {
  napi_value argv[1], state, address;
  size_t length;
  struct ifreq index = {0};
  if (!get_arguments(env, info, 1, argv)) return NULL;
  if (napi_get_value_string_utf8(env, argv[0], NULL, 0, &length) != napi_ok) {
    return type_error(env, "the interface's name must be a string");
  }
  if (length == 0 || length >= IFNAMSIZ) return NULL;
  if (napi_get_value_string_utf8(env, argv[0], index.ifr_name, IFNAMSIZ, &length) != napi_ok) return NULL;
  struct ifreq flags = index, mtu = index, hardware = index;
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return system_error(env, "socket", errno);
  bool exists = ioctl(fd, SIOCGIFINDEX, &index) == 0 && ioctl(fd, SIOCGIFFLAGS, &flags) == 0 &&
                ioctl(fd, SIOCGIFMTU, &mtu) == 0 && ioctl(fd, SIOCGIFHWADDR, &hardware) == 0;
  close(fd);
  if (!exists || napi_create_object(env, &state) != napi_ok ||
      napi_create_buffer_copy(env, 6, hardware.ifr_hwaddr.sa_data, NULL, &address) != napi_ok) {
    return NULL;
  }
  set_int(env, state, "index", index.ifr_ifindex);
  set_int(env, state, "mtu", mtu.ifr_mtu);
  set_int(env, state, "flags", flags.ifr_flags);
  set_int(env, state, "type", hardware.ifr_hwaddr.sa_family);
  napi_set_named_property(env, state, "address", address);
  return state;
}
