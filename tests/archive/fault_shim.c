/* LD_PRELOAD: makes one call that changes what is below FAULT_FOLDER fail, or kills the process there:
 * opening for writing, reserving room, writing, truncating, syncing, renaming, closing, deleting, making a
 * folder.
 *
 * FAULT_AT: which call, counted from 1 in each process.
 *
 * FAULT_DO: "kill" (SIGKILL before the call), "half" (half the bytes of a write, then SIGKILL), or an error
 * number.
 *
 * FAULT_RANK: only in the process with this rank; "all" for every one.
 *
 * FAULT_LOG: each process writes the names of the calls it made to this name and ".RANK", at its end.
 *
 * FAULT_HIT: where the name of the call that was disturbed is written.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { most_names = 10000 };
static int n_calls;
static const char* names[most_names];

/* Open MPI keeps a file <file>-<job>-<process>.lock beside each open one; nothing hangs on it. */
static int belongs_to_mpi(const char* path) {
  const char* end = strstr(path, ".lock");
  if (end == NULL) return 0;
  do {
    --end;
  } while (end > path && isdigit((unsigned char)*end));
  return *end == '-';
}

static int watched_path(const char* path) {
  const char* folder = getenv("FAULT_FOLDER");
  if (belongs_to_mpi(path)) return 0;
  return folder != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

static int watched(int descriptor) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = '\0';
  return watched_path(path);
}

static int is_my_rank(void) {
  const char *wanted = getenv("FAULT_RANK"), *rank = getenv("OMPI_COMM_WORLD_RANK");
  return wanted == NULL || strcmp(wanted, "all") == 0 || (rank != NULL && strcmp(wanted, rank) == 0);
}

/* Counts a call. Returns 0 (go on), 1 (write half, then die) or an errno to fail with. */
static int fault(const char* name) {
  const char *at = getenv("FAULT_AT"), *what = getenv("FAULT_DO"), *path = getenv("FAULT_HIT");
  if (n_calls < most_names) names[n_calls] = name;
  ++n_calls;
  if (at == NULL || what == NULL || !is_my_rank() || atoi(at) != n_calls) return 0;
  FILE* hit = path != NULL ? fopen(path, "w") : NULL;
  if (hit != NULL) {
    fputs(name, hit);
    fclose(hit);
  }
  if (strcmp(what, "kill") == 0) kill(getpid(), SIGKILL);
  return strcmp(what, "half") == 0 ? -1 : atoi(what);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAIL_OR_HALF(result, half)                                                                           \
  int what = watched(fd) ? fault(__func__) : 0;                                                              \
  if (what > 0) {                                                                                            \
    errno = what;                                                                                            \
    return -1;                                                                                               \
  }                                                                                                          \
  if (what < 0) {                                                                                            \
    half;                                                                                                    \
    kill(getpid(), SIGKILL);                                                                                 \
  }                                                                                                          \
  return result

ssize_t write(int fd, const void* data, size_t n) {
  FAIL_OR_HALF(REAL(write)(fd, data, n), (void)!REAL(write)(fd, data, n / 2));
}
ssize_t pwrite(int fd, const void* data, size_t n, off_t at) {
  FAIL_OR_HALF(REAL(pwrite)(fd, data, n, at), (void)!REAL(pwrite)(fd, data, n / 2, at));
}
ssize_t pwrite64(int fd, const void* data, size_t n, off64_t at) {
  FAIL_OR_HALF(REAL(pwrite64)(fd, data, n, at), (void)!REAL(pwrite64)(fd, data, n / 2, at));
}
ssize_t writev(int fd, const struct iovec* parts, int n) {
  FAIL_OR_HALF(REAL(writev)(fd, parts, n), (void)!REAL(writev)(fd, parts, n / 2));
}
ssize_t pwritev(int fd, const struct iovec* parts, int n, off_t at) {
  FAIL_OR_HALF(REAL(pwritev)(fd, parts, n, at), (void)!REAL(pwritev)(fd, parts, n / 2, at));
}
ssize_t pwritev64(int fd, const struct iovec* parts, int n, off64_t at) {
  FAIL_OR_HALF(REAL(pwritev64)(fd, parts, n, at), (void)!REAL(pwritev64)(fd, parts, n / 2, at));
}
int ftruncate(int fd, off_t n) { FAIL_OR_HALF(REAL(ftruncate)(fd, n), ); }
int ftruncate64(int fd, off64_t n) { FAIL_OR_HALF(REAL(ftruncate64)(fd, n), ); }
int fsync(int fd) { FAIL_OR_HALF(REAL(fsync)(fd), ); }
/* A close that fails has closed nevertheless. Of files that are only read it is left alone. */
int close(int fd) {
  int what = (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY && watched(fd) ? fault(__func__) : 0;
  int result = REAL(close)(fd);
  if (what < 0) kill(getpid(), SIGKILL);
  if (what > 0) errno = what;
  return what > 0 ? -1 : result;
}
int fallocate(int fd, int mode, off_t at, off_t n) { FAIL_OR_HALF(REAL(fallocate)(fd, mode, at, n), ); }

#define FAIL_OR_KILL(is_watched, result)                                                                     \
  int what = (is_watched) ? fault(__func__) : 0;                                                             \
  if (what > 0) {                                                                                            \
    errno = what;                                                                                            \
    return -1;                                                                                               \
  }                                                                                                          \
  if (what < 0) kill(getpid(), SIGKILL);                                                                     \
  return result

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  FAIL_OR_KILL((flags & O_ACCMODE) != O_RDONLY && watched_path(path), REAL(open)(path, flags, mode));
}
int rename(const char* from, const char* to) { FAIL_OR_KILL(watched_path(to), REAL(rename)(from, to)); }
int unlink(const char* path) { FAIL_OR_KILL(watched_path(path), REAL(unlink)(path)); }
int remove(const char* path) { FAIL_OR_KILL(watched_path(path), REAL(remove)(path)); }
int mkdir(const char* path, mode_t mode) { FAIL_OR_KILL(watched_path(path), REAL(mkdir)(path, mode)); }

__attribute__((destructor)) static void report(void) {
  // A file for each rank: lines longer than a buffer would mix.
  const char* path = getenv("FAULT_LOG");
  char own[4096];
  if (path == NULL || n_calls == 0) return;
  snprintf(own, sizeof own, "%s.%s", path, getenv("OMPI_COMM_WORLD_RANK"));
  FILE* log = fopen(own, "w");
  if (log == NULL) return;
  for (int call = 0; call < n_calls && call < most_names; ++call) fprintf(log, " %s", names[call]);
  fputs("\n", log);
  fclose(log);
}
