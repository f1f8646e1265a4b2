/* launch COUNT PROGRAM [ARGUMENT...]: start the program COUNT times, one after
 * the other, and print for each how many nanoseconds passed from before the
 * fork until it was reaped. vfork underneath (posix_spawn), so that the price
 * does not depend on how large this process is. */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: launch COUNT PROGRAM [ARGUMENT...]\n");
		return 2;
	}
	for (int n = atoi(argv[1]); n > 0; n--) {
		long long start = now();
		int status;
		pid_t pid;
		int e = posix_spawnp(&pid, argv[2], NULL, NULL, argv + 2, environ);
		if (e) {
			fprintf(stderr, "launch: %s: %s\n", argv[2], strerror(e));
			return 1;
		}
		while (waitpid(pid, &status, 0) < 0)
			if (errno != EINTR)
				return 1;
		long long took = now() - start;
		if (status) {
			fprintf(stderr, "launch: %s ended with wait status %#x\n", argv[2], status);
			return 1;
		}
		printf("%lld\n", took);
	}
	return 0;
}
