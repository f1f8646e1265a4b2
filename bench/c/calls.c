/* calls KIND COUNT: make COUNT system calls of a kind and print what one of
 * them took, in nanoseconds. Each answer is looked at: a call that gets another
 * one than it should is no measurement. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

/* A call that a policy allows by its number alone. */
static int by_number(long i) { return syscall(SYS_getppid) >= 0; }

/* A call that a policy allows by its first argument. The kernel then refuses
 * the type, before it has made anything. */
static int by_argument(long i)
{
	return syscall(SYS_socket, AF_UNIX, 0xf, 0) == -1 && errno == EINVAL;
}

/* The same denied call, again and again. */
static int same(long i) { return syscall(SYS_chroot, "/jail-bench/none") == -1 && errno == EPERM; }

/* A denied call that differs from the one before. */
static int each(long i)
{
	char path[64];
	snprintf(path, sizeof path, "/jail-bench/none/%ld", i);
	return syscall(SYS_chroot, path) == -1 && errno == EPERM;
}

static const struct {
	const char *name;
	int (*call)(long);
} kinds[] = {
	{ "number", by_number },
	{ "argument", by_argument },
	{ "same", same },
	{ "each", each },
};

int main(int argc, char **argv)
{
	long count = argc == 3 ? atol(argv[2]) : 0;
	for (unsigned k = 0; count > 0 && k < sizeof kinds / sizeof *kinds; k++) {
		int (*call)(long) = kinds[k].call;
		if (strcmp(argv[1], kinds[k].name))
			continue;
		if (!call(0)) { /* warms the path up as well */
			fprintf(stderr, "calls: %s: unexpected answer: %s\n", argv[1], strerror(errno));
			return 1;
		}
		double start = now();
		for (long i = 1; i <= count; i++)
			if (!call(i)) {
				fprintf(stderr, "calls: %s: unexpected answer: %s\n", argv[1], strerror(errno));
				return 1;
			}
		printf("%.1f\n", (now() - start) / count);
		return 0;
	}
	fprintf(stderr, "usage: calls number|argument|same|each COUNT\n");
	return 2;
}
