/*
 * Raw Ethernet for Node.js on Linux: packet sockets, packet(7), and the state of network interfaces. Its exports:
 *
 *   openSocket(index, etherTypes, address | undefined, promiscuous, onFrames(batch, count), tpids | undefined) -> port
 *   watchInterfaces(onChange()) -> port
 *   send(port, frames) -> how many frames the kernel took
 *   drops(port) -> how many frames were lost before JavaScript saw them
 *   close(port)
 *   interfaceState(name) -> { index, flags, type, mtu, address } | undefined
 *
 * A batch is one Buffer: `count` lengths of two octets each, big-endian, then the frames, end to end.
 *
 * Wrong arguments throw a TypeError; a failed system call throws an Error with Node's `errno` and `syscall`. There is
 * no state outside the ports, so that every thread can load the add-on. It is linked without libraries: what it calls
 * must exist under the same name in glibc, in musl and in the node executable.
 */
#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include "port.h"

#ifndef PACKET_IGNORE_OUTGOING /* Linux 4.20 */
#define PACKET_IGNORE_OUTGOING 23
#endif

enum {
  BATCH = 64,
  BATCHES_PER_POLL = 8, /* then the event loop gets its turn, however full the socket is */
  FRAME_ROOM = 16384,   /* jumbo frames fit; what is longer was merged by an offload and is no PPPoE frame */
  SOCKET_BUFFER = 8 << 20,
  MAX_ETHER_TYPES = 16,
};

/* Where a batch is received, once per socket. Pages of it that no frame reaches are never made resident. */
typedef struct Inbox {
  struct mmsghdr headers[BATCH];
  struct iovec parts[BATCH];
  struct sockaddr_ll from[BATCH];
  union {
    struct cmsghdr aligned;
    uint8_t octets[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
  } control[BATCH];
  uint8_t frames[BATCH][FRAME_ROOM];
} Inbox;

/* ---- Receiving ---- */

/* Is the frame for us? PACKET_IGNORE_OUTGOING is younger than some kernels, hence the second look. */
static bool is_wanted(const Port *port, const struct sockaddr_ll *from, const uint8_t *frame) {
  if (from->sll_pkttype == PACKET_OUTGOING) return false;
  if (port->promiscuous) return true;
  if (port->has_address) return (frame[0] & 1) != 0 || memcmp(frame, port->address, ETH_ALEN) == 0;
  return from->sll_pkttype != PACKET_OTHERHOST;
}

static uint8_t *put_u16(uint8_t *at, unsigned number) {
  at[0] = (uint8_t)(number >> 8);
  at[1] = (uint8_t)number;
  return at + 2;
}

/* The VLAN tag that the kernel took out of the frame. */
static bool stripped_tag(struct msghdr *message, struct tpacket_auxdata *tag) {
  const struct cmsghdr *control = CMSG_FIRSTHDR(message);
  if (control == NULL || control->cmsg_level != SOL_PACKET || control->cmsg_type != PACKET_AUXDATA) return false;
  memcpy(tag, CMSG_DATA(control), sizeof *tag);
  if ((tag->tp_status & TP_STATUS_VLAN_TPID_VALID) == 0) tag->tp_vlan_tpid = ETH_P_8021Q;
  return (tag->tp_status & TP_STATUS_VLAN_VALID) != 0;
}

/*
 * Hands the first `count` messages of the inbox to JavaScript. Their octets are copied end to end into one Buffer per
 * batch: one allocation instead of 64, and a slice that somebody keeps holds on to at most the octets that came with it
 * (64 frames of a full MTU: 97 KB), never to the megabyte of the inbox. The copy also puts the stripped tag back in.
 */
static void deliver(Port *port, unsigned count) {
  Inbox *inbox = port->inbox;
  struct tpacket_auxdata tags[BATCH];
  bool tagged[BATCH];
  uint8_t kept[BATCH];
  size_t total = 0;
  unsigned keep = 0;
  for (unsigned i = 0; i < count; i++) {
    struct mmsghdr *header = &inbox->headers[i];
    if (header->msg_len < ETH_HLEN || !is_wanted(port, &inbox->from[i], inbox->frames[i])) continue;
    if ((header->msg_hdr.msg_flags & MSG_TRUNC) != 0) {
      port->drops++;
      continue;
    }
    tagged[i] = stripped_tag(&header->msg_hdr, &tags[i]);
    total += 2 + header->msg_len + (tagged[i] ? 4 : 0);
    kept[keep++] = (uint8_t)i;
  }
  void *data;
  napi_value argv[2];
  if (keep == 0 || napi_create_buffer(port->env, total, &data, &argv[0]) != napi_ok ||
      napi_create_uint32(port->env, keep, &argv[1]) != napi_ok) {
    return;
  }
  uint8_t *length = data, *at = length + 2 * keep;
  for (unsigned k = 0; k < keep; k++) {
    unsigned i = kept[k], octets = inbox->headers[i].msg_len;
    const uint8_t *frame = inbox->frames[i];
    length = put_u16(length, octets + (tagged[i] ? 4 : 0));
    if (tagged[i]) {
      memcpy(at, frame, 2 * ETH_ALEN);
      at = put_u16(put_u16(at + 2 * ETH_ALEN, tags[i].tp_vlan_tpid), tags[i].tp_vlan_tci);
      frame += 2 * ETH_ALEN;
      octets -= 2 * ETH_ALEN;
    }
    memcpy(at, frame, octets);
    at += octets;
  }
  port_call(port, 2, argv);
}

static void receive_frames(Port *port) {
  Inbox *inbox = port->inbox;
  for (int batch = 0; batch < BATCHES_PER_POLL && !port->closing; batch++) {
    for (unsigned i = 0; i < BATCH; i++) {
      inbox->headers[i].msg_hdr.msg_namelen = sizeof inbox->from[i];
      inbox->headers[i].msg_hdr.msg_controllen = sizeof inbox->control[i];
    }
    int count = recvmmsg(port->fd, inbox->headers, BATCH, MSG_DONTWAIT, NULL);
    if (count <= 0) return; /* EAGAIN; or ENETDOWN, which the watch tells better */
    napi_handle_scope scope;
    if (napi_open_handle_scope(port->env, &scope) != napi_ok) return;
    deliver(port, (unsigned)count);
    napi_close_handle_scope(port->env, scope);
    if (count < BATCH) return;
  }
}

/* PACKET_STATISTICS starts from zero at every read. */
static void count_drops(Port *port) {
  struct tpacket_stats statistics;
  socklen_t length = sizeof statistics;
  if (getsockopt(port->fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) == 0) {
    port->drops += statistics.tp_drops;
  }
}

/* ---- Opening ---- */

/* What a socket takes. */
typedef struct Types {
  uint16_t types[MAX_ETHER_TYPES];
  uint16_t tpids[MAX_ETHER_TYPES];
  unsigned count, tpid_count;
} Types;

/*
 * Accepts the Ethernet types as the frame's own, and behind one or two VLAN tags of these TPIDs in the frame. The kernel
 * takes the outermost tag out before the filter runs if it knows the TPID: two seen here have one that it does not know.
 */
static int attach_filter(int fd, const Types *wanted) {
  enum { MOST_TAGS = 2 };
  struct sock_filter code[(MOST_TAGS + 1) * (2 * MAX_ETHER_TYPES + 2) + 1];
  unsigned at = 0, stage = 2 + wanted->count + wanted->tpid_count; /* length of the code that looks for one type */
  unsigned end = MOST_TAGS * stage + 2 + wanted->count; /* where a frame is accepted */
  for (unsigned tag = 0; tag <= MOST_TAGS; tag++) {
    unsigned behind = (tag + 1) * stage;
    code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 2 * ETH_ALEN + 4 * tag);
    for (unsigned i = 0; i < wanted->count; i++, at++) {
      uint8_t ahead = (uint8_t)(end - at - 1);
      code[at] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, wanted->types[i], ahead, 0);
    }
    for (unsigned i = 0; tag < MOST_TAGS && i < wanted->tpid_count; i++, at++) {
      uint8_t ahead = (uint8_t)(behind - at - 1);
      code[at] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, wanted->tpids[i], ahead, 0);
    }
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
  }
  code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0x40000);
  struct sock_fprog program = {.len = (uint16_t)at, .filter = code};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

/* The forced size needs CAP_NET_ADMIN; the other is capped by rmem_max and wmem_max. */
static void widen_buffers(int fd) {
  static const int size = SOCKET_BUFFER;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
  if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0) {
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  }
}

/*
 * Bound to ETH_P_ALL, not to the Ethernet types: a socket of one type gets the frames of every VLAN with their tags
 * erased, and nothing at all while the interface is in a bridge. Until the bind, protocol 0 keeps everything out.
 * Returns NULL, or the call that failed, with errno.
 */
static const char *set_up(Port *port, int index, const Types *wanted) {
  static const int on = 1;
  struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = index};
  struct packet_mreq all = {.mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};
  port->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (port->fd < 0) return "socket";
  if (attach_filter(port->fd, wanted) != 0) return "setsockopt SO_ATTACH_FILTER";
  if (setsockopt(port->fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) != 0) return "setsockopt PACKET_AUXDATA";
  setsockopt(port->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
  widen_buffers(port->fd);
  if ((port->promiscuous || port->has_address) &&
      setsockopt(port->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) != 0) {
    return "setsockopt PACKET_ADD_MEMBERSHIP";
  }
  return bind(port->fd, (struct sockaddr *)&to, sizeof to) == 0 ? NULL : "bind";
}

static Inbox *make_inbox(void) {
  Inbox *inbox = calloc(1, sizeof *inbox);
  for (unsigned i = 0; inbox != NULL && i < BATCH; i++) {
    struct msghdr *message = &inbox->headers[i].msg_hdr;
    inbox->parts[i] = (struct iovec){inbox->frames[i], FRAME_ROOM};
    message->msg_iov = &inbox->parts[i];
    message->msg_iovlen = 1;
    message->msg_name = &inbox->from[i];
    message->msg_control = &inbox->control[i];
  }
  return inbox;
}

/* The Ethernet types in an array: 1 to MAX_ETHER_TYPES of them. 0 if it is anything else. */
static unsigned ether_types(napi_env env, napi_value array, uint16_t *types) {
  bool is_array = false;
  uint32_t count = 0;
  if (napi_is_array(env, array, &is_array) != napi_ok || !is_array ||
      napi_get_array_length(env, array, &count) != napi_ok || count > MAX_ETHER_TYPES) {
    return 0;
  }
  for (uint32_t i = 0; i < count; i++) {
    napi_value element;
    double type;
    if (napi_get_element(env, array, i, &element) != napi_ok || napi_get_value_double(env, element, &type) != napi_ok ||
        !(type >= 0x600 && type <= 0xffff) || type != (uint16_t)type) {
      return 0;
    }
    types[i] = (uint16_t)type;
  }
  return count;
}

static napi_value open_socket(napi_env env, napi_callback_info info) {
  napi_value argv[6];
  size_t length = 0;
  int32_t index = 0;
  Types wanted = {.tpids = {ETH_P_8021Q, ETH_P_8021AD, 0x9100, 0x9200, 0x9300}, .tpid_count = 5};
  napi_valuetype address_type, tpids_type;
  void *address = NULL;
  bool promiscuous, is_buffer = false;
  if (!get_arguments(env, info, 6, argv)) return NULL;
  if (napi_get_value_int32(env, argv[0], &index) != napi_ok || index <= 0) {
    return type_error(env, "the interface's index must be a positive number");
  }
  wanted.count = ether_types(env, argv[1], wanted.types);
  if (wanted.count == 0) return type_error(env, "etherTypes must be an array of 1 to 16 numbers from 0x600 to 0xffff");
  if (napi_typeof(env, argv[2], &address_type) != napi_ok) return NULL;
  if (address_type != napi_undefined &&
      (napi_is_buffer(env, argv[2], &is_buffer) != napi_ok || !is_buffer ||
       napi_get_buffer_info(env, argv[2], &address, &length) != napi_ok || length != ETH_ALEN)) {
    return type_error(env, "address must be a Buffer of 6 octets or undefined");
  }
  if (napi_get_value_bool(env, argv[3], &promiscuous) != napi_ok) {
    return type_error(env, "promiscuous must be a boolean");
  }
  if (!is_function(env, argv[4])) return type_error(env, "onFrames must be a function");
  if (napi_typeof(env, argv[5], &tpids_type) != napi_ok) return NULL;
  if (tpids_type != napi_undefined) wanted.tpid_count = ether_types(env, argv[5], wanted.tpids);
  if (wanted.tpid_count == 0) return type_error(env, "tpids must be an array of 1 to 16 numbers from 0x600 to 0xffff");

  Port *port = calloc(1, sizeof *port);
  if (port == NULL) return system_error(env, "calloc", ENOMEM);
  port->promiscuous = promiscuous;
  port->receive = receive_frames;
  port->closing_down = count_drops;
  port->has_address = address != NULL;
  if (address != NULL) memcpy(port->address, address, ETH_ALEN);
  port->inbox = make_inbox();
  const char *failed = port->inbox == NULL ? "calloc" : set_up(port, index, &wanted);
  if (failed != NULL) {
    int error = errno;
    if (port->inbox != NULL && port->fd >= 0) close(port->fd);
    port_free(port);
    return system_error(env, failed, error);
  }
  return port_open(env, port, argv[4]);
}

/* ---- Sending, counting, closing ---- */

/* A frame that the kernel refuses (EMSGSIZE, ENOBUFS, EAGAIN, ENETDOWN, ...) does not stop those behind it. */
static unsigned send_batch(int fd, struct mmsghdr *headers, unsigned count) {
  unsigned sent = 0;
  for (unsigned at = 0; at < count;) {
    int taken = sendmmsg(fd, headers + at, count - at, MSG_DONTWAIT);
    if (taken < 0 && errno == EINTR) continue;
    if (taken > 0) sent += (unsigned)taken;
    at += taken > 0 ? (unsigned)taken : 1;
  }
  return sent;
}

static napi_value send_frames(napi_env env, napi_callback_info info) {
  napi_value argv[2], result;
  bool is = false;
  uint32_t count, sent = 0;
  struct mmsghdr headers[BATCH];
  struct iovec parts[BATCH];
  if (!get_arguments(env, info, 2, argv)) return NULL;
  Port *port = port_in(env, argv[0]);
  if (port == NULL) return NULL;
  if (port->inbox == NULL) return type_error(env, "an interface watch cannot send");
  if (napi_is_array(env, argv[1], &is) != napi_ok || !is || napi_get_array_length(env, argv[1], &count) != napi_ok) {
    return type_error(env, "frames must be an array of Buffers");
  }
  memset(headers, 0, sizeof headers);
  for (uint32_t done = 0; done < count;) {
    unsigned filled = 0;
    for (; filled < BATCH && done < count; filled++, done++) {
      napi_value frame;
      if (napi_get_element(env, argv[1], done, &frame) != napi_ok ||
          napi_is_buffer(env, frame, &is) != napi_ok || !is ||
          napi_get_buffer_info(env, frame, &parts[filled].iov_base, &parts[filled].iov_len) != napi_ok) {
        return type_error(env, "frames must be an array of Buffers");
      }
      headers[filled].msg_hdr.msg_iov = &parts[filled];
      headers[filled].msg_hdr.msg_iovlen = 1;
    }
    if (!port->closing) sent += send_batch(port->fd, headers, filled);
  }
  return napi_create_uint32(env, sent, &result) == napi_ok ? result : NULL;
}

static napi_value drops(napi_env env, napi_callback_info info) {
  napi_value argv[1], result;
  if (!get_arguments(env, info, 1, argv)) return NULL;
  Port *port = port_in(env, argv[0]);
  if (port == NULL) return NULL;
  if (port->inbox != NULL && !port->closing) count_drops(port);
  return napi_create_double(env, port->drops, &result) == napi_ok ? result : NULL;
}

static napi_value close_port(napi_env env, napi_callback_info info) {
  napi_value argv[1];
  if (!get_arguments(env, info, 1, argv)) return NULL;
  Port *port = port_in(env, argv[0]);
  if (port != NULL) port_close(port);
  return NULL;
}

NAPI_MODULE_INIT() {
  static const struct {
    const char *name;
    napi_callback function;
  } EXPORTS[] = {
      {"openSocket", open_socket}, {"watchInterfaces", watch_interfaces}, {"send", send_frames},
      {"drops", drops},            {"close", close_port},                 {"interfaceState", interface_state},
  };
  for (size_t i = 0; i < sizeof EXPORTS / sizeof EXPORTS[0]; i++) {
    napi_value function;
    if (napi_create_function(env, EXPORTS[i].name, NAPI_AUTO_LENGTH, EXPORTS[i].function, NULL, &function) != napi_ok ||
        napi_set_named_property(env, exports, EXPORTS[i].name, function) != napi_ok) {
      return NULL;
    }
  }
  return exports;
}
