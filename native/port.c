/* The life of a port, and what the other files share. */
#include "port.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const napi_type_tag PORT_TAG = {0x6e6f64652d726564, 0x7070706f652d7074};

napi_value type_error(napi_env env, const char *message) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message);
  return NULL;
}

void set_int(napi_env env, napi_value object, const char *name, int32_t number) {
  napi_value value;
  if (napi_create_int32(env, number, &value) == napi_ok) napi_set_named_property(env, object, name, value);
}

napi_value system_error(napi_env env, const char *call, int error) {
  napi_value message, syscall, thrown;
  if (napi_create_string_utf8(env, strerror(error), NAPI_AUTO_LENGTH, &message) == napi_ok &&
      napi_create_string_utf8(env, call, NAPI_AUTO_LENGTH, &syscall) == napi_ok &&
      napi_create_error(env, NULL, message, &thrown) == napi_ok) {
    set_int(env, thrown, "errno", -error);
    napi_set_named_property(env, thrown, "syscall", syscall);
    napi_throw(env, thrown);
  }
  return NULL;
}

bool get_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *argv) {
  return napi_get_cb_info(env, info, &count, argv, NULL, NULL) == napi_ok;
}

void port_free(Port *port) {
  free(port->inbox);
  free(port->poll);
  free(port->work);
  free(port);
}

static void finalize_port(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  port_free(data);
}

/* The caller has a HandleScope: without one, destroying the context while a Worker ends aborts the process. */
static void release(Port *port) {
  if (port->context != NULL) napi_async_destroy(port->env, port->context);
  if (port->callback != NULL) napi_delete_reference(port->env, port->callback);
  if (port->cleanup != NULL) napi_remove_async_cleanup_hook(port->cleanup);
  if (port->self != NULL) napi_delete_reference(port->env, port->self);
}

static void close_descriptor(uv_work_t *work) {
  Port *port = uv_req_get_data((uv_req_t *)work);
  close(port->fd);
  port->fd = -1;
}

static void on_descriptor_closed(uv_work_t *work, int status) {
  (void)status;
  Port *port = uv_req_get_data((uv_req_t *)work);
  napi_env env = port->env;
  napi_handle_scope scope;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  release(port);
  napi_close_handle_scope(env, scope);
}

/* Closing a packet socket waits for an RCU grace period, some 13 ms: that is for the thread pool. */
static void on_poll_closed(uv_handle_t *handle) {
  Port *port = uv_handle_get_data(handle);
  uv_req_set_data((uv_req_t *)port->work, port);
  if (uv_queue_work(port->loop, port->work, close_descriptor, on_descriptor_closed) != 0) {
    close_descriptor(port->work);
    on_descriptor_closed(port->work, 0);
  }
}

void port_close(Port *port) {
  if (port->closing) return;
  port->closing = true;
  if (port->closing_down != NULL) port->closing_down(port);
  uv_close((uv_handle_t *)port->poll, on_poll_closed);
}

/* The environment ends only after the hook is removed, and a Worker's event loop must then have no handle left. */
static void on_environment_ends(napi_async_cleanup_hook_handle handle, void *data) {
  (void)handle;
  port_close(data);
}

static void on_ready(uv_poll_t *handle, int status, int events) {
  (void)events;
  Port *port = uv_handle_get_data((uv_handle_t *)handle);
  if (status < 0) { /* POLLERR: libuv has stopped the handle, and the error must be read to go away */
    int error;
    socklen_t length = sizeof error;
    getsockopt(port->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    uv_poll_start(handle, UV_READABLE, on_ready);
  }
  port->receive(port);
}

napi_value port_open(napi_env env, Port *port, napi_value callback) {
  napi_value object, name;
  port->env = env;
  port->poll = calloc(1, uv_handle_size(UV_POLL));
  port->work = calloc(1, uv_req_size(UV_WORK));
  if (port->poll == NULL || port->work == NULL ||
      napi_create_external(env, port, finalize_port, NULL, &object) != napi_ok) {
    close(port->fd);
    port_free(port);
    return system_error(env, "open", ENOMEM);
  }
  int failure = 0;
  if (napi_type_tag_object(env, object, &PORT_TAG) != napi_ok || napi_get_uv_event_loop(env, &port->loop) != napi_ok ||
      napi_create_string_utf8(env, "PPPOE_LINK", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_async_init(env, NULL, name, &port->context) != napi_ok ||
      napi_create_reference(env, callback, 1, &port->callback) != napi_ok ||
      napi_create_reference(env, object, 1, &port->self) != napi_ok ||
      napi_add_async_cleanup_hook(env, on_environment_ends, port, &port->cleanup) != napi_ok ||
      (failure = uv_poll_init(port->loop, port->poll, port->fd)) != 0) {
    close(port->fd);
    port->fd = -1;
    port->closing = true;
    release(port);
    return system_error(env, "uv_poll_init", failure < 0 ? -failure : ECANCELED);
  }
  uv_handle_set_data((uv_handle_t *)port->poll, port);
  uv_poll_start(port->poll, UV_READABLE, on_ready);
  return object;
}

Port *port_in(napi_env env, napi_value value) {
  napi_valuetype type;
  bool ours = false;
  void *port = NULL;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_external ||
      napi_check_object_type_tag(env, value, &PORT_TAG, &ours) != napi_ok || !ours ||
      napi_get_value_external(env, value, &port) != napi_ok) {
    type_error(env, "the first argument must be an open port");
    return NULL;
  }
  return port;
}

bool is_function(napi_env env, napi_value value) {
  napi_valuetype type;
  return napi_typeof(env, value, &type) == napi_ok && type == napi_function;
}

void port_call(Port *port, size_t argc, const napi_value *argv) {
  napi_env env = port->env;
  napi_value receiver, callback, error;
  if (napi_get_global(env, &receiver) != napi_ok ||
      napi_get_reference_value(env, port->callback, &callback) != napi_ok) {
    return;
  }
  /* What a callback throws is an uncaught exception, as in any other event of Node.js. */
  if (napi_make_callback(env, port->context, receiver, callback, argc, argv, NULL) == napi_pending_exception &&
      napi_get_and_clear_last_exception(env, &error) == napi_ok) {
    napi_fatal_exception(env, error);
  }
}
