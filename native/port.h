/*
 * A port: a descriptor that the event loop of a JavaScript thread watches, with one callback. It closes outside that
 * thread, and by itself when the thread ends.
 */
#ifndef PORT_H
#define PORT_H

#define NAPI_VERSION 8

#include <stdbool.h>
#include <stdint.h>

#include <node_api.h>

#include "uv_abi.h"

typedef struct Port Port;
struct Port {
  /* Set by whoever opens it; from calloc, so that the rest is zero. */
  int fd;
  void (*receive)(Port *port);      /* the descriptor is readable, or had an error */
  void (*closing_down)(Port *port); /* the last look at the descriptor; may be NULL */
  struct Inbox *inbox;              /* of packet sockets only; from calloc */
  double drops;
  bool promiscuous;
  bool has_address;
  uint8_t address[6];
  /* Set by port.c. */
  bool closing;
  napi_env env;
  uv_loop_t *loop;
  uv_poll_t *poll;
  uv_work_t *work;
  napi_ref self; /* strong until the descriptor is closed: an open port is never collected */
  napi_ref callback;
  napi_async_context context;
  napi_async_cleanup_hook_handle cleanup;
};

/* Makes `port` an object of JavaScript and watches its descriptor. Owns both and the inbox, also when it fails. */
napi_value port_open(napi_env env, Port *port, napi_value callback);
void port_close(Port *port);
/* Frees a port that was never opened. */
void port_free(Port *port);
/* The port in an argument; otherwise NULL and a pending TypeError. */
Port *port_in(napi_env env, napi_value value);
/* The caller has a HandleScope. */
void port_call(Port *port, size_t argc, const napi_value *argv);

/* Both return NULL with a pending exception. `error` is an errno. */
napi_value type_error(napi_env env, const char *message);
napi_value system_error(napi_env env, const char *call, int error);

void set_int(napi_env env, napi_value object, const char *name, int32_t number);
bool is_function(napi_env env, napi_value value);
/* What the caller leaves out is undefined. */
bool get_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *argv);

/* interfaces.c */
napi_value watch_interfaces(napi_env env, napi_callback_info info);
napi_value interface_state(napi_env env, napi_callback_info info);

#endif
