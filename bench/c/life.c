/* life KIND COUNT [PROGRAM]: do COUNT times what a tracer is stopped for even
 * if it mediates no call, and print what once took, in nanoseconds. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static volatile sig_atomic_t caught;
static const char *program;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static void handler(int sig) { caught++; }

static int a_signal(void)
{
	int before = caught;
	return raise(SIGUSR1) == 0 && caught == before + 1;
}

static void *nothing(void *arg) { return arg; }

static int a_thread(void)
{
	pthread_t t;
	return pthread_create(&t, NULL, nothing, NULL) == 0 && pthread_join(t, NULL) == 0;
}

static int a_process(void)
{
	char *argv[] = { (char *)program, NULL };
	pid_t pid;
	int status;
	return posix_spawn(&pid, program, NULL, NULL, argv, environ) == 0 &&
	       waitpid(pid, &status, 0) == pid && status == 0;
}

static const struct {
	const char *name;
	int (*once)(void);
} kinds[] = {
	{ "signals", a_signal },
	{ "threads", a_thread },
	{ "processes", a_process },
};

int main(int argc, char **argv)
{
	long count = argc >= 3 ? atol(argv[2]) : 0;
	program = argc >= 4 ? argv[3] : "/bin/true";
	signal(SIGUSR1, handler);
	for (unsigned k = 0; count > 0 && k < sizeof kinds / sizeof *kinds; k++) {
		if (strcmp(argv[1], kinds[k].name))
			continue;
		double start = now();
		for (long i = 0; i < count; i++)
			if (!kinds[k].once()) {
				fprintf(stderr, "life: %s failed: %s\n", argv[1], strerror(errno));
				return 1;
			}
		printf("%.1f\n", (now() - start) / count);
		return 0;
	}
	fprintf(stderr, "usage: life signals|threads|processes COUNT [PROGRAM]\n");
	return 2;
}
