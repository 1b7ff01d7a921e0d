/*
 * The few names of libuv that the add-on calls, declared here so that it builds without Node.js's own headers.
 * Every libuv 1.x keeps them, and the numbers, stable; sizes are asked for at run time.
 */
#ifndef UV_ABI_H
#define UV_ABI_H

#include <stddef.h>

typedef struct uv_loop_s uv_loop_t;
typedef struct uv_handle_s uv_handle_t;
typedef struct uv_poll_s uv_poll_t;
typedef struct uv_req_s uv_req_t;
typedef struct uv_work_s uv_work_t;

enum { UV_POLL = 8 };     /* uv_handle_type */
enum { UV_WORK = 7 };     /* uv_req_type */
enum { UV_READABLE = 1 }; /* uv_poll_event */

size_t uv_handle_size(int type);
size_t uv_req_size(int type);
void uv_handle_set_data(uv_handle_t *handle, void *data);
void *uv_handle_get_data(const uv_handle_t *handle);
void uv_req_set_data(uv_req_t *req, void *data);
void *uv_req_get_data(const uv_req_t *req);
int uv_poll_init(uv_loop_t *loop, uv_poll_t *handle, int fd);
int uv_poll_start(uv_poll_t *handle, int events, void (*callback)(uv_poll_t *handle, int status, int events));
void uv_close(uv_handle_t *handle, void (*callback)(uv_handle_t *handle));
int uv_queue_work(uv_loop_t *loop, uv_work_t *req, void (*work)(uv_work_t *req),
                  void (*after)(uv_work_t *req, int status));

#endif
