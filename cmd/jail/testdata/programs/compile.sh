# A compiler and what it starts; then what it made.
set -eu
cat >hello.c <<'C'
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void *hello(void *arg) { return printf("%s\n", (char *)arg), NULL; }

int main(void)
{
	pthread_t thread;
	if ((errno = pthread_create(&thread, NULL, hello, "compiled"))) {
		puts(strerror(errno));
		return 1;
	}
	return pthread_join(thread, NULL);
}
C
gcc -O2 -pipe -Wall -pthread -o hello hello.c
./hello
gcc -S -o - hello.c | grep -c pthread_create
echo 'int main(void) { return x; }' >wrong.c
gcc -c wrong.c 2>/dev/null || echo "wrong: $?"
ar rcs lib.a hello && nm hello | grep -c ' T main'
